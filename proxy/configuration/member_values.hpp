// What a single value of the configuration may be, wherever it is written.
#pragma once

#include <midas/error.hpp>

#include <cstdint>
#include <string_view>

namespace midas::internal::proxy {

/// The last number that a user can have: the next one means "no user" to the kernel.
inline constexpr std::int64_t max_uid = 4'294'967'294;

inline constexpr std::string_view secret_advice =
    "Write from 16 to 256 printable characters without spaces, such as `openssl rand -hex 16` "
    "prints, or remove it";

// All of these fail with errc::invalid_configuration; the error quotes the value, but for
// check_secret(), and says what to write.

/// "*", or a resource that has a key.
[[nodiscard]] expected<void> check_resource_rule(std::string_view text);
/// "*", "system-assigned", a GUID or a resource id, which begins with "/subscriptions/".
[[nodiscard]] expected<void> check_identity_rule(std::string_view text);
/// "auto", the option name of a host, or an http or https URL without a query.
[[nodiscard]] expected<void> check_upstream(std::string_view text);
/// The value of X-IDENTITY-HEADER.
[[nodiscard]] expected<void> check_secret(std::string_view text);
/// An absolute path that may be that of a file.
[[nodiscard]] expected<void> check_file_path(std::string_view text);
/// A name as it stands in a Host header, without a port.
[[nodiscard]] expected<void> check_host_name(std::string_view text);
/// "-", or an absolute path.
[[nodiscard]] expected<void> check_log_path(std::string_view text);

}  // namespace midas::internal::proxy
