// Socket addresses as text.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"

#include <sys/socket.h>

#include <optional>
#include <string>

namespace midas::internal::proxy {

/// An address as the system's calls want it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* data() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

/// The address of a TCP listener, or the path of a Unix socket. Empty if the address is not an IP
/// address, or the path is longer than the system allows.
[[nodiscard]] std::optional<socket_address> address_of(const listen_address& where);

/// What a socket is bound to; family AF_UNSPEC if the system does not say.
[[nodiscard]] socket_address local_address_of(int socket) noexcept;

/// The IP address alone, IPv6 without brackets, IPv4 in IPv6 as IPv4; empty for any other family.
[[nodiscard]] std::string host_text(const socket_address& address);

/// As a listener: address and port, or the path; both empty for any other family.
[[nodiscard]] listen_address listen_address_of(const socket_address& address);

/// "http://127.0.0.1:4180", "http://[::1]:4180" or "unix:PATH".
[[nodiscard]] std::string endpoint_text(const listen_address& where);

/// Whether only this machine can connect to the address: a loopback address, or one that a loopback
/// interface has.
[[nodiscard]] bool is_on_loopback(const socket_address& address) noexcept;

}  // namespace midas::internal::proxy
