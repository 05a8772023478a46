#include "http/host_field.hpp"

#include "tests/support/catch.hpp"

#include <string_view>

using namespace midas::internal::http;

TEST_CASE("a Host field is a name or an address, and perhaps a port") {
  const auto name = read_host("node.example:8080");
  REQUIRE(name);
  CHECK(name->name == "node.example");
  CHECK(name->port == "8080");
  CHECK_FALSE(is_address(*name));
  const auto bracketed = read_host("[fd00::1]:80");
  REQUIRE(bracketed);
  CHECK(bracketed->name == "fd00::1");
  CHECK(bracketed->port == "80");
  CHECK(is_address(*bracketed));
  const auto bare = read_host("localhost:");
  REQUIRE(bare);
  CHECK(bare->name == "localhost");
  CHECK(bare->port.empty());
}

TEST_CASE("a malformed Host field has no parts") {
  const auto* text = GENERATE("", ":80", "::1", "[::1", "[]", "[::1]80", "a:b", "a:123456", "a:1:2",
                              "user@a", "user:1@a");
  CAPTURE(text);
  CHECK_FALSE(read_host(text));
}

TEST_CASE("only IPv6 addresses are in brackets") {
  CHECK(is_address(*read_host("127.0.0.1")));
  CHECK_FALSE(is_address(*read_host("[127.0.0.1]")));
  CHECK_FALSE(is_address(*read_host("[localhost]")));
  CHECK_FALSE(is_address(*read_host("127.1")));
}

TEST_CASE("loopback and equal addresses are recognized in every spelling") {
  CHECK(is_loopback_address("127.9.9.9"));
  CHECK(is_loopback_address("0:0::1"));
  CHECK_FALSE(is_loopback_address("::ffff:127.0.0.1"));
  CHECK_FALSE(is_loopback_address("localhost"));
  CHECK(are_equal_addresses("fd00::1", "fd00:0::1"));
  CHECK_FALSE(are_equal_addresses("fd00::1", "fd00::2"));
}
