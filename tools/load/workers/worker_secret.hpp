// The secret that a coordinator and its workers share.
#pragma once

#include <midas/error.hpp>
#include <midas/secret.hpp>

#include <string>

namespace midas::internal::tools {

/// The only line of a file, without white space around it: 16 to 1,024 printable ASCII characters.
/// Fails with errc::invalid_configuration, which names the file, if it cannot be read, is not a
/// regular file, can be used by its group or others, or has other content. Any thread.
[[nodiscard]] expected<secret> read_worker_secret(const std::string& path);

/// 256 random bits as hexadecimal digits. Throws std::runtime_error if the system has none.
[[nodiscard]] secret random_worker_secret();

}  // namespace midas::internal::tools
