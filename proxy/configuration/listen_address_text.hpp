// Listen addresses as text, on the command line and in the configuration.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// The longest path that the address of a Unix socket can have, in bytes.
inline constexpr std::size_t max_socket_path = 107;

/// Parses "127.0.0.1:8080", "[::1]:8080" or "unix:/run/midas/proxy.sock". Addresses are numeric: a
/// name would depend on who answers for it. Fails with errc::invalid_configuration for anything
/// else, a path that is relative or too long included; the error says what to write.
[[nodiscard]] expected<listen_address> parse_listen_address(std::string_view text);

/// The text that parse_listen_address() reads, in one spelling for each address.
[[nodiscard]] std::string to_string(const listen_address& at);

/// Whether `path` can be that of a Unix socket; the error says why not.
[[nodiscard]] expected<void> check_socket_path(std::string_view path);

/// True for a Unix socket, 127.0.0.0/8, ::1, and 127.0.0.0/8 mapped to IPv6.
[[nodiscard]] bool is_loopback(const listen_address& at) noexcept;

/// True if both cannot be bound at the same time: they are the same, or one is every address of the
/// other's port. Port 0 is never the same.
[[nodiscard]] bool collide(const listen_address& one, const listen_address& other) noexcept;

}  // namespace midas::internal::proxy
