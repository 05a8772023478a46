#include "proxy/access/client_connections.hpp"

#include "tests/support/catch.hpp"

#include <memory>
#include <thread>
#include <vector>

using namespace midas::internal::proxy;

namespace {

client user_of(uid_t uid) { return {.uid = uid, .address = "127.0.0.1:1"}; }
client at_address(std::string address) { return {.address = std::move(address)}; }

}  // namespace

TEST_CASE("a client has as many connections as it may, and another one as many") {
  client_connections counted;
  auto first = counted.open(user_of(1), 2);
  auto second = counted.open(user_of(1), 2);
  REQUIRE((first && second));
  CHECK_FALSE(counted.open(user_of(1), 2));
  CHECK(counted.open(user_of(2), 2));
  first.reset();
  CHECK(counted.open(user_of(1), 2));
}

TEST_CASE("clients whose user is unknown are counted by their address, whatever the port") {
  client_connections counted;
  const auto first = counted.open(at_address("10.0.0.1:1000"), 1);
  REQUIRE(first);
  CHECK_FALSE(counted.open(at_address("10.0.0.1:1001"), 1));
  CHECK(counted.open(at_address("10.0.0.2:1000"), 1));
  const auto over_ipv6 = counted.open(at_address("[fd00::1]:1000"), 1);
  REQUIRE(over_ipv6);
  CHECK_FALSE(counted.open(at_address("[fd00::1]:1001"), 1));
  CHECK_FALSE(counted.open(at_address("[fd00::2]:1000"), 1));
  CHECK(counted.open(at_address("[fd00:0:0:1::1]:1000"), 1));
  const auto over_unix = counted.open(at_address("unix"), 1);
  REQUIRE(over_unix);
  CHECK_FALSE(counted.open(at_address("unix"), 1));
  CHECK(counted.open(user_of(7), 1));
}

TEST_CASE("an IPv6 network of 64 bits is one client, however many addresses it uses") {
  const auto group = [](std::string address) {
    return connection_group(at_address(std::move(address)));
  };
  CHECK(group("[2001:db8:1:2:3:4:5:6]:1000") == "2001:db8:1:2::/64");
  CHECK(group("[2001:db8:1:2::]:1") == "2001:db8:1:2::/64");
  CHECK(group("[2001:db8:1:2:ffff:ffff:ffff:ffff]:65535") == "2001:db8:1:2::/64");
  CHECK(group("[2001:db8:1:3::1]:1000") == "2001:db8:1:3::/64");
  CHECK(group("[::1]:1000") == "::/64");
  CHECK(group("192.0.2.1:1000") == "192.0.2.1");
  CHECK(group("192.0.2.2:1000") == "192.0.2.2");
  CHECK(group("unix") == "unix");
  CHECK(group("").empty());
  for (const auto* const broken : {"[", "[]", "[]:1", "[1.2.3.4]:1", "[x]:1", "]["}) {
    INFO(broken);
    CHECK(group(broken).find('/') == std::string::npos);
  }
  CHECK(connection_group(user_of(1000)) == "uid 1000");
}

TEST_CASE("a client without connections is forgotten, one that was refused too") {
  client_connections counted;
  CHECK_FALSE(counted.open(user_of(1), 0));
  CHECK(counted.clients() == 0);
  {
    auto moved = counted.open(user_of(1), 1);
    REQUIRE(moved);
    const auto kept = std::make_unique<client_connections::place>(*std::move(moved));
    moved.reset();
    CHECK(counted.clients() == 1);
  }
  CHECK(counted.clients() == 0);
}

TEST_CASE("connections are counted on several threads at once") {
  client_connections counted;
  {
    std::vector<std::jthread> threads;
    for (uid_t uid = 0; uid < 4; ++uid) {
      threads.emplace_back([&counted, uid] {
        for (int i = 0; i < 1'000; ++i) {
          const auto own = counted.open(user_of(uid), 10);
          const auto common = counted.open(user_of(9), 10);
          REQUIRE((own && common));
        }
      });
    }
  }
  CHECK(counted.clients() == 0);
}

TEST_CASE("without a number, a client may have a quarter of the connections, but not too few") {
  CHECK(connections_per_client(0, 10'000) == 2'500);
  CHECK(connections_per_client(0, 100) == 64);
  CHECK(connections_per_client(7, 10'000) == 7);
}
