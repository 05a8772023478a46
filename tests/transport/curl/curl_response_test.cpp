#include "transport/curl/curl_response.hpp"

#include "tests/support/catch.hpp"

#include <string_view>

using midas::internal::curl_response;

namespace {

curl_response fresh(std::size_t limit = 1000, bool expects_body = true) {
  curl_response result;
  result.reset(limit, expects_body);
  return result;
}

bool add_all(curl_response& response, std::initializer_list<std::string_view> lines) {
  for (const auto line : lines) {
    if (!response.add_header_line(line)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("the reason phrase of the status line is kept, but for a status of 200") {
  const auto reason = [](std::string_view status_line) {
    curl_response response;
    response.reset(10'000, true);
    response.add_header_line(status_line);
    response.add_header_line("\r\n");
    return response.take().reason;
  };
  CHECK(reason("HTTP/1.1 405 Method Not Allowed\r\n") == "Method Not Allowed");
  CHECK(reason("HTTP/1.1 404\r\n").empty());
  CHECK(reason("HTTP/1.1 404 \r\n").empty());
  CHECK(reason("HTTP/1.1 200 OK\r\n").empty());
}

TEST_CASE("a response has the received status, headers and body") {
  auto response = fresh();
  CHECK(add_all(response, {"HTTP/1.1 404 Not Found\r\n", "Retry-After:  2 \r\n", "X-Empty:\r\n"}));
  CHECK_FALSE(response.headers_complete());
  CHECK(add_all(response, {"\r\n"}));
  CHECK(response.headers_complete());
  CHECK(response.add_body("ab"));
  CHECK(response.add_body("c"));
  const auto taken = response.take();
  CHECK(taken.status == 404);
  CHECK(taken.body == "abc");
  REQUIRE(taken.headers.size() == 2);
  CHECK(find_header(taken, "retry-after")->value == "2");
  CHECK(find_header(taken, "x-empty")->value.empty());
}

TEST_CASE("interim responses and their headers are not part of the response") {
  auto response = fresh();
  CHECK(add_all(response, {"HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "\r\n"}));
  CHECK_FALSE(response.headers_complete());
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "Date: y\r\n", "\r\n"}));
  CHECK(response.headers_complete());
  const auto taken = response.take();
  CHECK(taken.status == 200);
  CHECK(find_header(taken, "Link") == nullptr);
  CHECK(find_header(taken, "Date") != nullptr);
}

TEST_CASE("the length that an interim response announces is not that of the response") {
  auto response = fresh(1000);
  CHECK(add_all(response, {"HTTP/1.1 103 Early Hints\r\n", "Content-Length: 5000\r\n", "\r\n"}));
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  CHECK_FALSE(response.too_large());
}

TEST_CASE("trailers are not headers") {
  auto response = fresh();
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  CHECK(response.add_body("body"));
  CHECK(add_all(response, {"Retry-After: 9\r\n", "\r\n"}));
  CHECK(response.take().headers.empty());
}

TEST_CASE("memory for the body is reserved once, based on the announced length") {
  auto response = fresh();
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "content-length: 900\r\n", "\r\n"}));
  CHECK(response.add_body("x"));
  const auto taken = response.take();
  CHECK(taken.body.capacity() >= 900);
}

TEST_CASE("a body may be as large as the limit and not larger") {
  auto response = fresh(100);
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  CHECK(response.add_body(std::string(99, 'x')));
  CHECK(response.add_body("x"));
  CHECK_FALSE(response.too_large());
  CHECK_FALSE(response.add_body("x"));
  CHECK(response.too_large());
}

TEST_CASE("an announced length over the limit ends the exchange unless the response has no body") {
  auto response = fresh(100);
  CHECK_FALSE(add_all(response, {"HTTP/1.1 200 OK\r\n", "Content-Length: 101\r\n", "\r\n"}));
  CHECK(response.too_large());

  response = fresh(100);
  CHECK_FALSE(add_all(
      response, {"HTTP/1.1 200 OK\r\n", "Content-Length: 99999999999999999999999\r\n", "\r\n"}));

  response = fresh(100, false);
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "Content-Length: 101\r\n", "\r\n"}));

  response = fresh(100);
  CHECK(add_all(response, {"HTTP/1.1 304 Not\r\n", "Content-Length: 101\r\n", "\r\n"}));
}

TEST_CASE(
    "all headers together, including those of interim responses, may be as large as the limit") {
  auto response = fresh(100);
  bool accepted = true;
  int blocks = 0;
  while (accepted && blocks < 100) {
    accepted = add_all(response, {"HTTP/1.1 100 Continue\r\n", "\r\n"});
    ++blocks;
  }
  CHECK(blocks == 5);
  CHECK(response.too_large());
}

TEST_CASE("reset() prepares for the next response") {
  auto response = fresh(10);
  CHECK_FALSE(add_all(response, {"HTTP/1.1 200 OK\r\n"}));
  response.reset(1000, true);
  CHECK_FALSE(response.too_large());
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "A: b\r\n", "\r\n"}));
  CHECK(response.take().headers.size() == 1);
}

TEST_CASE("reset() frees the memory of the last body, which frees it of the bytes") {
  auto response = fresh(100'000);
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  CHECK(response.add_body(std::string(50'000, 'x')));
  response.reset(1000, true);
  CHECK(add_all(response, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  CHECK(response.add_body("x"));
  CHECK(response.take().body.capacity() < 10'000);
}
