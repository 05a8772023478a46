// Which user's process listens at an address of this machine: any user may open a port there while
// the host's own agent does not hold it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// The user that a listening socket belongs to.
struct listener {
  std::uint32_t user_id = 0;
  /// Empty if the system has no name for the user.
  std::string user_name{};
};

/// The tables of sockets, as Linux has them in /proc/net/tcp and /proc/net/tcp6.
struct socket_tables {
  std::string ipv4;
  std::string ipv6;
};

/// Reads the tables of this machine; empty where they do not exist.
socket_tables read_socket_tables();

/// The user id of the socket to which a connection to `url` goes. Empty unless the host in `url` is
/// on this machine (see is_loopback), and for a port on which nothing listens. `localhost` is taken
/// for an IPv4 address. A socket that listens at that very address goes before one that listens at
/// all addresses.
std::optional<std::uint32_t> find_listener(const socket_tables& tables, std::string_view url);

/// The listener at `url`, now.
std::optional<listener> listener_at(std::string_view url);

}  // namespace midas::internal::tools
