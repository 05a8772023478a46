// Bodies that a server encodes, though no request asks for it.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <string>
#include <string_view>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;
using namespace std::string_view_literals;
using Catch::Matchers::Contains;

namespace {

// {"access_token":"T"}
constexpr std::string_view compressed =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x4c\x4e\x4e\x2d\x2e\x8e\x2f"
    "\xc9\xcf\x4e\xcd\x53\xb2\x52\x0a\x51\xaa\x05\x00\x57\x8e\x82\x8c\x14\x00\x00\x00"
    ""sv;

// 20,000 times the letter x.
constexpr std::string_view bomb =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xda"
    "\x8b\x6f\x0d\x0f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x78\x30\x03\x47\x65\x41\x20\x4e\x00\x00"
    ""sv;

std::string encoded(std::string_view encoding, std::string_view body) {
  std::string result = "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string{encoding} +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return result.append(body);
}

}  // namespace

TEST_CASE("a body that is encoded, though no request asks for it, is decoded") {
  raw_server server{answer_always(encoded("gzip", compressed))};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->body == R"({"access_token":"T"})");
  // The next exchange of the same handle is decoded, too.
  CHECK(get(loop, server.url())->body == R"({"access_token":"T"})");
}

TEST_CASE("no request asks for an encoding") {
  raw_server server{[](raw_connection& connection) {
    const auto seen = connection.read_request();
    connection.send(ok_response(seen));
  }};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->body.find("ncoding") == midas::sensitive_string::npos);
}

TEST_CASE("the size limit applies to the decoded body") {
  raw_server server{answer_always(encoded("gzip", bomb))};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.max_response_bytes = 10'000;
  const auto outcome = exchange(loop, request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::response_too_large);
  request.max_response_bytes = 20'000;
  CHECK(exchange(loop, request)->body.size() == 20'000);
}

TEST_CASE("a body that cannot be decoded is described as compressed") {
  const auto* const encoding = GENERATE("gzip", "no-such-encoding");
  raw_server server{answer_always(encoded(encoding, "plain"))};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_http);
  CHECK_THAT(outcome.error().message, Contains("compressed (Content-Encoding)"));
}

TEST_CASE("a body with Content-Encoding: identity is not decoded") {
  raw_server server{answer_always(encoded("identity", "plain"))};
  curl_multi_loop loop;
  CHECK(get(loop, server.url())->body == "plain");
}
