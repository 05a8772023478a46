// The file that tells clients the secret header of the App Service protocol.
#pragma once

#include <midas/error.hpp>
#include <midas/secret.hpp>

#include <string>

namespace midas::internal::proxy {

/// The header in the file: its only line, without white space around it. A file that does not exist
/// is created with mode 0600 and a random header of 256 bits; of several processes that create it
/// at the same time, all return the same header. Fails with errc::invalid_configuration, which
/// names the file, if it cannot be read or created, is not a regular file, belongs to a user
/// other than root and that of the process, can be written by its group or others, or holds
/// anything but one line of 1 to 1,024 printable ASCII characters. Any thread.
[[nodiscard]] expected<secret> read_or_create_identity_header(const std::string& path);

/// The same for a file that must exist, and that any user may own: a client reads that of a proxy.
[[nodiscard]] expected<secret> read_identity_header(const std::string& path);

/// A random header of 256 bits, as hexadecimal digits. Throws std::runtime_error if the system has
/// no random numbers.
[[nodiscard]] secret random_identity_header();

}  // namespace midas::internal::proxy
