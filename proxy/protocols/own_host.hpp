// Recognizes requests that a web page sends by DNS rebinding.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Whether a Host field names the proxy: "localhost", a loopback address, 169.254.169.254, or
/// `local_address`, the address that the client has connected to; each with or without a port, an
/// IPv6 address in brackets. Any other name may be one that an attacker lets resolve to this
/// machine, unless it is one of `allowed`, names without ports. `local_address` is an IP address
/// without brackets; empty for a Unix socket.
[[nodiscard]] bool is_own_host(std::string_view host, std::string_view local_address,
                               std::span<const std::string> allowed) noexcept;

}  // namespace midas::internal::proxy
