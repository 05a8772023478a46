#include "proxy/access/peer.hpp"

#include "proxy/access/socket_owner.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

namespace midas::internal::proxy {
namespace {

// What the kernel reports in place of a user that has no number in the namespace of this process.
// There, nobody can be told from strangers.
struct stranger {
  bool exists = false;
  uid_t uid = 65'534;

  static stranger read() {
    stranger result;
    std::ifstream{"/proc/sys/kernel/overflowuid"} >> result.uid;
    std::uint64_t first = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    std::ifstream{"/proc/self/uid_map"} >> first >> outside >> count;
    result.exists = count != 0xffff'ffffU;
    return result;
  }
};

std::optional<uid_t> known(std::optional<uid_t> uid) {
  static const auto unknown = stranger::read();
  return uid && unknown.exists && *uid == unknown.uid ? std::nullopt : uid;
}

void identify_by_credentials(int socket, client& who) {
  who.address = "unix";
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    return;
  }
  if (found.uid != static_cast<uid_t>(-1)) {
    who.uid = known(found.uid);
  }
  // 0 for a process of another namespace.
  if (found.pid > 0) {
    who.pid = found.pid;
  }
}

std::optional<socket_end> read_end(const sockaddr_storage& from) noexcept {
  socket_end result;
  if (from.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &from, sizeof address);
    std::memcpy(&result.address, &address.sin_addr, sizeof address.sin_addr);
    result.port = ntohs(address.sin_port);
    return result;
  }
  if (from.ss_family != AF_INET6) {
    return std::nullopt;
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &from, sizeof address);
  result.port = ntohs(address.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
    std::memcpy(&result.address, &address.sin6_addr.s6_addr[12], 4);
  } else {
    result.is_ipv6 = true;
    result.address = address.sin6_addr;
  }
  return result;
}

bool is_loopback(const socket_end& end) noexcept {
  return end.is_ipv6 ? IN6_IS_ADDR_LOOPBACK(&end.address) != 0 : end.address.s6_addr[0] == 127;
}

bool have_one_address(const socket_end& one, const socket_end& other) noexcept {
  return one.is_ipv6 == other.is_ipv6 &&
         std::memcmp(&one.address, &other.address, sizeof one.address) == 0;
}

std::string text_of(const socket_end& end) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(end.is_ipv6 ? AF_INET6 : AF_INET, &end.address, text.data(), text.size());
  std::string result = end.is_ipv6 ? "[" + std::string{text.data()} + "]" : text.data();
  return result.append(":").append(std::to_string(end.port));
}

// Empty if the socket is not connected any more.
std::optional<socket_end> peer_of(int socket) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const bool found = ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return found ? read_end(address) : std::nullopt;
}

void identify_by_addresses(int socket, const sockaddr_storage& own, client& who) {
  const auto local = read_end(own);
  const auto peer = peer_of(socket);
  if (!local || !peer) {
    return;
  }
  who.address = text_of(*peer);
  if (peer->is_ipv6 != local->is_ipv6 ||
      (!is_loopback(*peer) && !have_one_address(*peer, *local))) {
    return;
  }
  const auto owner = known(find_owner(socket, *peer, *local));
  // While this end is connected, no other socket can have the client's address and port. After
  // that, another user's may.
  if (owner && peer_of(socket)) {
    who.uid = owner;
  }
}

}  // namespace

void identify(int socket, client& who) noexcept {
  who.uid.reset();
  who.pid.reset();
  who.address.clear();
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return;
  }
  try {
    if (own.ss_family == AF_UNIX) {
      identify_by_credentials(socket, who);
    } else {
      identify_by_addresses(socket, own, who);
    }
  } catch (const std::bad_alloc&) {
    // Without an address, or without a user.
  }
}

}  // namespace midas::internal::proxy
