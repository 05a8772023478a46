// The process at the other end of a connection to the proxy.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace midas::internal::proxy {

/// What the kernel says of a client, as a plain value. Everything but `connection` may be unknown.
struct client {
  /// The number of the connection, from 1; unique in this process.
  std::uint64_t connection = 0;
  /// The user that opened the connection: by SO_PEERCRED on a Unix socket, by sock_diag on
  /// loopback.
  std::optional<uid_t> uid{};
  /// The process that opened the connection; known on Unix sockets only.
  std::optional<pid_t> pid{};
  /// "ADDRESS:PORT" of the client, or "unix".
  std::string address{};
};

/// Who shares a part of the host's budget: all connections of one user, or one connection whose
/// user is unknown.
[[nodiscard]] constexpr std::uint64_t share_of(const client& who) noexcept {
  // Users have 32-bit numbers, so that a connection's number is above all of them.
  constexpr std::uint64_t first_connection = std::uint64_t{1} << 32U;
  return who.uid ? std::uint64_t{*who.uid} : first_connection + who.connection;
}

/// The lane (token_request::lane) of the client's requests. Lane 0 stays free for the proxy itself.
[[nodiscard]] constexpr std::uint32_t lane_of(const client& who) noexcept {
  constexpr std::uint32_t first_connection = std::uint32_t{1} << 31U;
  return who.uid ? *who.uid + 1 : first_connection | static_cast<std::uint32_t>(who.connection);
}

}  // namespace midas::internal::proxy
