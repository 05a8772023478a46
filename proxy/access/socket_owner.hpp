// Asks the kernel who owns the socket at the other end of a TCP connection.
#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>

namespace midas::internal::proxy {

/// One end of a TCP connection. An IPv4 address that is mapped to IPv6 counts as IPv4.
struct socket_end {
  bool is_ipv6 = false;
  /// IPv4 addresses use the first four bytes.
  in6_addr address{};
  /// In the order of the host.
  std::uint16_t port = 0;
};

/// What the kernel says of a socket.
struct socket_facts {
  uid_t uid = 0;
  /// As in <netinet/tcp.h>.
  std::uint8_t state = 0;
  std::uint32_t inode = 0;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
};

/// The user of the client's socket, or nothing if the socket is not an end of the connection:
/// another socket that listens at the port, one that only begins to connect, or one whose process
/// has closed it, for which the kernel reports the user 0 and no inode. Pure.
[[nodiscard]] std::optional<uid_t> owner_of(const socket_facts& found, const socket_end& peer,
                                            const socket_end& local) noexcept;

/// Reads the kernel's answer. Nothing if it reports an error, or is anything else. Pure.
[[nodiscard]] std::optional<socket_facts> read_socket_facts(
    std::span<const unsigned char> answer) noexcept;

/// The user that created the socket of `peer`, which is connected to `local`, the address of
/// `socket`. Both must be of one family. Never waits.
[[nodiscard]] std::optional<uid_t> find_owner(int socket, const socket_end& peer,
                                              const socket_end& local) noexcept;

}  // namespace midas::internal::proxy
