#include "proxy/access/socket_owner.hpp"

#include "messages/descriptor.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace midas::internal::proxy {
namespace {

struct diag_question {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

// 169.254.169.254 port 80 may exist in several network namespaces, each with its own connections.
bool are_of_one_namespace(int one, int other) noexcept {
#ifndef SO_NETNS_COOKIE
  constexpr int SO_NETNS_COOKIE = 71;  // NOLINT(readability-identifier-naming): the kernel's name
#endif
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  socklen_t size = sizeof first;
  // Linux before 5.14 does not say.
  if (::getsockopt(one, SOL_SOCKET, SO_NETNS_COOKIE, &first, &size) != 0) {
    return true;
  }
  size = sizeof second;
  return ::getsockopt(other, SOL_SOCKET, SO_NETNS_COOKIE, &second, &size) == 0 && first == second;
}

diag_question question_about(const socket_end& peer, const socket_end& local) noexcept {
  diag_question result{};
  result.header.nlmsg_len = sizeof result;
  result.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  result.header.nlmsg_flags = NLM_F_REQUEST;
  auto& body = result.body;
  body.sdiag_family = peer.is_ipv6 ? AF_INET6 : AF_INET;
  body.sdiag_protocol = IPPROTO_TCP;
  body.idiag_states = ~0U;
  // The client's socket: its own end first.
  body.id.idiag_sport = htons(peer.port);
  body.id.idiag_dport = htons(local.port);
  std::memcpy(&body.id.idiag_src, &peer.address, sizeof peer.address);
  std::memcpy(&body.id.idiag_dst, &local.address, sizeof local.address);
  std::ranges::fill(body.id.idiag_cookie, INET_DIAG_NOCOOKIE);
  return result;
}

}  // namespace

std::optional<uid_t> owner_of(const socket_facts& found, const socket_end& peer,
                              const socket_end& local) noexcept {
  const bool is_open = found.state == TCP_ESTABLISHED || found.state == TCP_FIN_WAIT1 ||
                       found.state == TCP_FIN_WAIT2;
  if (!is_open || found.inode == 0 || found.local_port != peer.port ||
      found.remote_port != local.port) {
    return std::nullopt;
  }
  return found.uid;
}

std::optional<socket_facts> read_socket_facts(std::span<const unsigned char> answer) noexcept {
  nlmsghdr header{};
  inet_diag_msg body{};
  if (answer.size() < NLMSG_HDRLEN + sizeof body) {
    return std::nullopt;
  }
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len < NLMSG_HDRLEN + sizeof body) {
    return std::nullopt;
  }
  std::memcpy(&body, answer.data() + NLMSG_HDRLEN, sizeof body);
  return socket_facts{.uid = body.idiag_uid,
                      .state = body.idiag_state,
                      .inode = body.idiag_inode,
                      .local_port = ntohs(body.id.idiag_sport),
                      .remote_port = ntohs(body.id.idiag_dport)};
}

std::optional<uid_t> find_owner(int socket, const socket_end& peer,
                                const socket_end& local) noexcept {
  const descriptor kernel{
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG)};
  if (!kernel.is_open() || !are_of_one_namespace(socket, kernel.number())) {
    return std::nullopt;
  }
  const auto question = question_about(peer, local);
  // The kernel answers before send() returns.
  if (::send(kernel.number(), &question, sizeof question, MSG_NOSIGNAL) !=
      static_cast<ssize_t>(sizeof question)) {
    return std::nullopt;
  }
  std::array<unsigned char, 1024> answer{};
  const auto size = ::recv(kernel.number(), answer.data(), answer.size(), 0);
  if (size <= 0) {
    return std::nullopt;
  }
  const auto found = read_socket_facts({answer.data(), static_cast<std::size_t>(size)});
  return found ? owner_of(*found, peer, local) : std::nullopt;
}

}  // namespace midas::internal::proxy
