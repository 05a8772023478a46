// How the loop handles well-formed answers.
#include "transport/curl/curl_multi_loop.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include <midas/simulated_host.hpp>

#include <string>
#include <string_view>

using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

constexpr std::string_view token_path =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

}  // namespace

TEST_CASE("a request reaches the simulated IMDS, and its answer arrives") {
  midas::simulated_host imds;
  curl_multi_loop loop;
  auto request = get_request(imds.endpoint() + std::string{token_path});
  request.headers.push_back({"Metadata", "true"});
  const auto outcome = exchange(loop, std::move(request));
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(outcome->body.find("access_token") != std::string::npos);
  CHECK(find_header(*outcome, "content-type") != nullptr);
}

TEST_CASE("a response with an error status is still a response") {
  midas::simulated_host imds;
  curl_multi_loop loop;
  const auto outcome = get(loop, imds.endpoint() + std::string{token_path});
  REQUIRE(outcome);
  CHECK(outcome->status == 400);
  CHECK_FALSE(outcome->body.empty());
}

TEST_CASE("the response to HEAD has no body, whatever length it announces") {
  raw_server server{[](raw_connection& connection) {
    while (!connection.read_request().empty()) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    }
  }};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "HEAD";
  const auto outcome = exchange(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->body.empty());
  CHECK(exchange(loop, request));
  CHECK(server.connections() == 1);
}

TEST_CASE("a redirect is returned as a response and not followed") {
  raw_server elsewhere{answer_always(ok_response("x"))};
  raw_server server{answer_always("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                                  "/\r\nContent-Length: 0\r\n\r\n")};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->status == 302);
  CHECK(find_header(*outcome, "Location") != nullptr);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("interim responses are skipped") {
  raw_server server{answer_always(
      "HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + ok_response("final"))};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(outcome->body == "final");
  CHECK(find_header(*outcome, "X-A") == nullptr);
}

TEST_CASE("a chunked body arrives complete, without its trailers") {
  raw_server server{
      answer_always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n2;extension=x\r\nde\r\n0\r\nX-Trailer: y\r\n\r\n")};
  curl_multi_loop loop;
  for (int i = 0; i < 2; ++i) {
    const auto outcome = get(loop, server.url());
    REQUIRE(outcome);
    CHECK(outcome->body == "abcde");
    CHECK(find_header(*outcome, "X-Trailer") == nullptr);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a response without a length ends when the connection does") {
  raw_server server{answer_and_close("HTTP/1.0 200 OK\r\n\r\nold")};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->body == "old");
}
