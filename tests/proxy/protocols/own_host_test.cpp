#include "proxy/protocols/own_host.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas::internal::proxy;

TEST_CASE("a Host field may name this machine in any spelling of its addresses") {
  const auto* host = GENERATE("localhost", "LocalHost:4180", "127.0.0.1", "127.0.0.1:80",
                              "127.8.9.10:1", "[::1]", "[::1]:4180", "169.254.169.254",
                              "169.254.169.254:80", "10.1.2.3", "10.1.2.3:4180", "localhost:");
  CHECK(is_own_host(host, "10.1.2.3", {}));
}

TEST_CASE("any other Host field is foreign") {
  const auto* host = GENERATE("", "example.com", "localhost.example.com", "127.0.0.1.example.com",
                              "localhost:x", "localhost:123456", "10.1.2.4", "[::2]", "[::1", "::1",
                              "127.0.0.1@example.com", "[::1]x", "0x7f000001", "2130706433",
                              "127.0.0.1 ", ":80", "[]", "169.254.169.254.", "localhost.");
  CHECK_FALSE(is_own_host(host, "10.1.2.3", {}));
}

TEST_CASE("the address of an IPv6 listener may be written in several ways") {
  CHECK(is_own_host("[fd00:0:0::1]:80", "fd00::1", {}));
  CHECK_FALSE(is_own_host("[fd00::2]", "fd00::1", {}));
}

TEST_CASE("on a Unix socket only this machine's own names are allowed") {
  CHECK(is_own_host("localhost", "", {}));
  CHECK_FALSE(is_own_host("10.1.2.3", "", {}));
}

TEST_CASE("the names of the configuration are allowed with any port, in any case, and no others") {
  const std::vector<std::string> allowed{"node.example"};
  CHECK(is_own_host("Node.Example:4180", "10.1.2.3", allowed));
  CHECK_FALSE(is_own_host("other.example", "10.1.2.3", allowed));
}
