#include "proxy/access/peer.hpp"

#include "tests/proxy/access/loopback_sockets.hpp"
#include "tests/support/catch.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <string>

using namespace midas::internal::proxy;
using namespace midas::internal::test::loopback;

namespace {

client identified_client(const loopback_socket& socket) {
  client who;
  identify(socket.get(), who);
  return who;
}

}  // namespace

TEST_CASE("a TCP client on loopback has the uid of its user, and an address") {
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  const auto connected = connect_to(ipv4("127.0.0.1", port_of(listener)));
  const auto who = identified_client(accept_from(listener));
  CHECK(who.uid == ::getuid());
  CHECK_FALSE(who.pid);
  CHECK(who.address == "127.0.0.1:" + std::to_string(port_of(connected)));
}

TEST_CASE("a TCP client at any other loopback address has a uid, too") {
  const auto listener = listen_at(ipv4("127.9.8.7", 0));
  const auto connected = connect_from(ipv4("127.1.2.3", 0), ipv4("127.9.8.7", port_of(listener)));
  const auto who = identified_client(accept_from(listener));
  CHECK(who.uid == ::getuid());
  CHECK(who.address == "127.1.2.3:" + std::to_string(port_of(connected)));
}

TEST_CASE("a TCP client on IPv6, plain or mapped at either end, has a uid") {
  loopback_socket listener;
  try {
    listener = listen_at(ipv6("::", 0));
    const auto at_all = connect_to(ipv6("::1", port_of(listener)));
  } catch (const std::runtime_error& none) {
    WARN("skipped, because this machine has no IPv6: " << none.what());
    return;
  }
  const auto port = port_of(listener);
  const auto closed = accept_from(listener);
  const auto plain = connect_to(ipv6("::1", port));
  const auto by_plain = identified_client(accept_from(listener));
  CHECK(by_plain.uid == ::getuid());
  CHECK(by_plain.address == "[::1]:" + std::to_string(port_of(plain)));
  const auto old = connect_to(ipv4("127.0.0.1", port));
  const auto by_old = identified_client(accept_from(listener));
  CHECK(by_old.uid == ::getuid());
  CHECK(by_old.address == "127.0.0.1:" + std::to_string(port_of(old)));
  const auto mapped = connect_to(ipv6("::ffff:127.0.0.1", port));
  CHECK(identified_client(accept_from(listener)).uid == ::getuid());
  const auto old_listener = listen_at(ipv4("127.0.0.1", 0));
  const auto mapped_to_old = connect_to(ipv6("::ffff:127.0.0.1", port_of(old_listener)));
  CHECK(identified_client(accept_from(old_listener)).uid == ::getuid());
}

TEST_CASE("a client of a Unix socket has the uid of its user, and a process") {
  const auto path = "/tmp/midas-peer-" + std::to_string(::getpid());
  const auto listener = listen_at(unix_path(path));
  const auto connected = connect_to(unix_path(path));
  ::unlink(path.c_str());
  const auto who = identified_client(accept_from(listener));
  CHECK(who.uid == ::getuid());
  CHECK(who.pid == ::getpid());
  CHECK(who.address == "unix");
}

TEST_CASE("a TCP client that has closed its end has no uid, whatever it has sent") {
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  auto connected = connect_to(ipv4("127.0.0.1", port_of(listener)));
  REQUIRE(::send(connected.get(), "GET", 3, 0) == 3);
  connected.close();
  CHECK_FALSE(identified_client(accept_from(listener)).uid);
}

TEST_CASE("a TCP client that has reset the connection has no uid") {
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  auto connected = connect_to(ipv4("127.0.0.1", port_of(listener)));
  const auto accepted = accept_from(listener);
  const linger none{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connected.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  connected.close();
  const auto who = identified_client(accepted);
  CHECK_FALSE(who.uid);
  CHECK(who.address.empty());
}

TEST_CASE("a TCP client that has ended only its request has a uid") {
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  const auto connected = connect_to(ipv4("127.0.0.1", port_of(listener)));
  const auto accepted = accept_from(listener);
  ::shutdown(connected.get(), SHUT_WR);
  CHECK(identified_client(accepted).uid == ::getuid());
}

TEST_CASE(
    "a descriptor that is not a connected socket has no user, and earlier facts do not stay") {
  client who{.connection = 7, .uid = 0, .pid = 1, .address = "x"};
  identify(-1, who);
  CHECK_FALSE(who.uid);
  CHECK_FALSE(who.pid);
  CHECK(who.address.empty());
  CHECK(who.connection == 7);
  const auto unconnected = socket_of(ipv4("127.0.0.1", 0));
  CHECK_FALSE(identified_client(unconnected).uid);
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  CHECK_FALSE(identified_client(listener).uid);
}
