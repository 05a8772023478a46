#include "proxy/access/socket_owner.hpp"

#include "tests/support/catch.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

using namespace midas::internal::proxy;

namespace {

const socket_end peer_end{.port = 40'000};
const socket_end local_end{.port = 80};
const socket_facts open_socket{
    .uid = 7, .state = TCP_ESTABLISHED, .inode = 99, .local_port = 40'000, .remote_port = 80};

std::vector<unsigned char> answer_of(std::uint16_t type, std::uint32_t length) {
  std::vector<unsigned char> result(NLMSG_HDRLEN + sizeof(inet_diag_msg));
  nlmsghdr header{};
  header.nlmsg_len = length;
  header.nlmsg_type = type;
  std::memcpy(result.data(), &header, sizeof header);
  return result;
}

}  // namespace

TEST_CASE("the user of an open socket owns the connection") {
  for (const int state :
       std::initializer_list<int>{TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2}) {
    auto found = open_socket;
    found.state = static_cast<std::uint8_t>(state);
    CHECK(owner_of(found, peer_end, local_end) == uid_t{7});
  }
}

TEST_CASE("a socket in any other state does not own the connection") {
  for (const int state : std::initializer_list<int>{TCP_SYN_SENT, TCP_SYN_RECV, TCP_TIME_WAIT,
                                                    TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK,
                                                    TCP_LISTEN, TCP_CLOSING, 0, 12, 255}) {
    auto found = open_socket;
    found.state = static_cast<std::uint8_t>(state);
    CHECK_FALSE(owner_of(found, peer_end, local_end));
  }
}

TEST_CASE("a socket that no process has open belongs to nobody") {
  auto found = open_socket;
  found.inode = 0;
  found.uid = 0;
  CHECK_FALSE(owner_of(found, peer_end, local_end));
}

TEST_CASE("a socket with other ports is another connection") {
  auto found = open_socket;
  found.local_port = 40'001;
  CHECK_FALSE(owner_of(found, peer_end, local_end));
  found = open_socket;
  found.remote_port = 0;
  CHECK_FALSE(owner_of(found, peer_end, local_end));
}

TEST_CASE("an error, another message or a cut one from the kernel says nothing") {
  const auto whole = static_cast<std::uint32_t>(NLMSG_HDRLEN + sizeof(inet_diag_msg));
  CHECK(read_socket_facts(answer_of(SOCK_DIAG_BY_FAMILY, whole)));
  CHECK_FALSE(read_socket_facts(answer_of(NLMSG_ERROR, whole)));
  CHECK_FALSE(read_socket_facts(answer_of(NLMSG_DONE, whole)));
  CHECK_FALSE(read_socket_facts(answer_of(SOCK_DIAG_BY_FAMILY, whole - 1)));
  const auto answer = answer_of(SOCK_DIAG_BY_FAMILY, whole);
  for (std::size_t size = 0; size < answer.size(); ++size) {
    CHECK_FALSE(read_socket_facts(std::span{answer}.first(size)));
  }
}
