#include "proxy/configuration/listen_address_text.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas::internal::proxy;
using Catch::Matchers::Contains;

namespace {

listen_address at(const std::string& text) {
  const auto read = parse_listen_address(text);
  INFO(text);
  REQUIRE(read);
  return *read;
}

std::string refusal_of(const std::string& text) {
  const auto read = parse_listen_address(text);
  return read ? "accepted" : read.error().message + ". " + read.error().advice;
}

}  // namespace

TEST_CASE("a listen address is an address and a port, or the path of a socket") {
  CHECK(at("127.0.0.1:8080") == listen_address{.address = "127.0.0.1", .port = 8080});
  CHECK(at("[::1]:0") == listen_address{.address = "::1", .port = 0});
  CHECK(at("0.0.0.0:65535") == listen_address{.address = "0.0.0.0", .port = 65535});
  CHECK(at("unix:/run/m.sock") == listen_address{.path = "/run/m.sock"});
  CHECK(at("[0:0:0:0:0:0:0:1]:80") == at("[::1]:80"));
  for (const auto* text : {"127.0.0.1:8080", "[::1]:80", "[::ffff:127.0.0.1]:80", "unix:/a/b"}) {
    CHECK(to_string(at(text)) == text);
  }
}

TEST_CASE("any other text is not a listen address, and the error shows an example") {
  using namespace std::string_literals;
  for (const auto& text : {""s,
                           "8080"s,
                           ":8080"s,
                           "127.0.0.1"s,
                           "127.0.0.1:"s,
                           "127.0.0.1:65536"s,
                           "127.0.0.1:-1"s,
                           "127.0.0.1: 80"s,
                           "127.0.0.1:80 "s,
                           "127.0.0.1:0x50"s,
                           "localhost:80"s,
                           "127.1:80"s,
                           "0127.0.0.1:80"s,
                           "::1:80"s,
                           "[::1]"s,
                           "[127.0.0.1]:80"s,
                           "[fe80::1%eth0]:80"s,
                           "[]:80"s,
                           "http://127.0.0.1:80"s,
                           "127.0.0.1\0:80"s,
                           "*:80"s}) {
    INFO(text);
    CHECK_THAT(refusal_of(text), Contains("127.0.0.1:8080"));
  }
}

TEST_CASE("the path of a socket is absolute and fits into its address") {
  CHECK_THAT(refusal_of("unix:"), Contains("absolute path"));
  CHECK_THAT(refusal_of("unix:run/m.sock"), Contains("absolute path"));
  CHECK_THAT(refusal_of("unix:/run/"), Contains("not the path of a file"));
  CHECK_THAT(refusal_of(std::string{"unix:/run/\0x", 12}), Contains("not the path of a file"));
  const auto longest = "/" + std::string(106, 'x');
  CHECK(at("unix:" + longest).path == longest);
  CHECK_THAT(refusal_of("unix:" + longest + "x"), Contains("has 108 bytes") && Contains("107"));
}

TEST_CASE("loopback addresses are distinguished from those that other machines may reach") {
  for (const auto* text :
       {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix:/run/m.sock"}) {
    INFO(text);
    CHECK(is_loopback(at(text)));
  }
  for (const auto* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "169.254.169.254:80", "128.0.0.1:1",
                           "[::ffff:10.0.0.1]:1", "[fe80::1]:1", "[::127.0.0.1]:1"}) {
    INFO(text);
    CHECK_FALSE(is_loopback(at(text)));
  }
}

TEST_CASE("equal addresses collide, and every address of a port with each of them") {
  CHECK(collide(at("127.0.0.1:80"), at("127.0.0.1:80")));
  CHECK(collide(at("0.0.0.0:80"), at("127.0.0.1:80")));
  CHECK(collide(at("[::1]:80"), at("[::]:80")));
  CHECK(collide(at("unix:/a"), at("unix:/a")));
  CHECK_FALSE(collide(at("127.0.0.1:80"), at("127.0.0.2:80")));
  CHECK_FALSE(collide(at("127.0.0.1:80"), at("127.0.0.1:81")));
  CHECK_FALSE(collide(at("127.0.0.1:0"), at("127.0.0.1:0")));
  CHECK_FALSE(collide(at("0.0.0.0:80"), at("[::1]:80")));
  CHECK_FALSE(collide(at("unix:/a"), at("unix:/b")));
  CHECK_FALSE(collide(at("unix:/a"), at("127.0.0.1:80")));
}
