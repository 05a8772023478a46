// The loop and servers that behave.
#include <midas/simulator/simulated_imds.hpp>
#include <midas/transport/curl_multi_loop.hpp>

#include <catch2/catch.hpp>

#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../support/exchanges.hpp"
#include "../support/raw_server.hpp"

using midas::curl_multi_loop;
using midas::curl_multi_options;
using midas::errc;
using midas::http_request;
using namespace midas::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view token_path =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

// Answers every request with the request itself.
void echo(raw_connection& connection) {
  for (auto request = connection.read_request(); !request.empty();
       request = connection.read_request()) {
    connection.send(ok_response(request));
  }
}

// Requests that wait for each other.
class meeting {
 public:
  explicit meeting(std::size_t size) : size_(size) {}

  raw_server::script answer_when_all_are_there() {
    return [this](raw_connection& connection) {
      while (!connection.read_request().empty()) {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return arrived_ >= size_; });
        connection.send(ok_response("x"));
      }
    };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t size_;
  std::size_t arrived_ = 0;
};

// What a request looked like to the server: its first line, its header lines sorted, its body.
struct seen_request {
  std::string first_line;
  std::vector<std::string> headers;
  std::string body;
};

seen_request as_seen(const http_outcome& echoed) {
  REQUIRE(echoed);
  seen_request result;
  std::string_view rest{echoed->body};
  const auto end_of_head = rest.find("\r\n\r\n");
  result.body = rest.substr(end_of_head + 4);
  rest = rest.substr(0, end_of_head + 2);
  result.first_line = rest.substr(0, rest.find("\r\n"));
  for (rest.remove_prefix(result.first_line.size() + 2); !rest.empty();
       rest.remove_prefix(result.headers.back().size() + 2)) {
    result.headers.emplace_back(rest.substr(0, rest.find("\r\n")));
  }
  return result;
}

bool has_header(const seen_request& request, std::string_view line) {
  return std::ranges::find(request.headers, line) != request.headers.end();
}

bool mentions(const seen_request& request, std::string_view lower_case_name) {
  return std::ranges::any_of(request.headers, [&](std::string header) {
    std::ranges::transform(header, header.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return header.starts_with(lower_case_name);
  });
}

}  // namespace

TEST_CASE("a request reaches the simulated IMDS and its answer comes back") {
  midas::simulated_imds imds;
  curl_multi_loop loop;
  auto request = get_request(imds.endpoint() + std::string{token_path});
  request.headers.push_back({"Metadata", "true"});
  const auto outcome = exchange(loop, std::move(request));
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(outcome->body.find("access_token") != std::string::npos);
  CHECK(find_header(*outcome, "content-type") != nullptr);
}

TEST_CASE("an error status is a response like any other") {
  midas::simulated_imds imds;
  curl_multi_loop loop;
  const auto outcome = get(loop, imds.endpoint() + std::string{token_path});
  REQUIRE(outcome);
  CHECK(outcome->status == 400);
  CHECK_FALSE(outcome->body.empty());
}

TEST_CASE("a request is sent as it was given, with little of the transport's own") {
  raw_server server{echo};
  curl_multi_loop loop{{.user_agent = "agent/1"}};
  auto request = get_request(server.url() + "/a/../b?c=d%20e&f=");
  request.headers.push_back({"Metadata", "true"});
  request.headers.push_back({"X-Empty", ""});
  request.headers.push_back({"X-Spaces", "a b"});
  const auto seen = as_seen(exchange(loop, std::move(request)));
  CHECK(seen.first_line == "GET /a/../b?c=d%20e&f= HTTP/1.1");
  CHECK(has_header(seen, "Host: 127.0.0.1:" + std::to_string(server.port())));
  CHECK(has_header(seen, "User-Agent: agent/1"));
  CHECK(has_header(seen, "Accept: */*"));
  CHECK(has_header(seen, "Metadata: true"));
  CHECK(has_header(seen, "X-Empty:"));
  CHECK(has_header(seen, "X-Spaces: a b"));
  CHECK(seen.headers.size() == 6);
}

TEST_CASE("the user agent is midas's, unless the options or the request say another") {
  raw_server server{echo};
  curl_multi_loop loop;
  CHECK(mentions(as_seen(get(loop, server.url())), "user-agent: midas/"));
  auto request = get_request(server.url());
  request.headers.push_back({"User-Agent", "mine"});
  const auto seen = as_seen(exchange(loop, std::move(request)));
  CHECK(has_header(seen, "User-Agent: mine"));
  CHECK_FALSE(mentions(seen, "user-agent: midas/"));
}

TEST_CASE("methods and bodies are sent as given, and none leaks into the next request") {
  raw_server server{echo};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "POST";
  // Over a mebibyte libcurl would ask for permission first.
  request.body.assign(std::size_t{3} << 20U, 'x');
  request.max_response_bytes = std::size_t{4} << 20U;
  auto seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "POST / HTTP/1.1");
  CHECK(seen.body.size() == std::size_t{3} << 20U);
  CHECK_FALSE(mentions(seen, "expect"));
  CHECK_FALSE(mentions(seen, "content-type"));

  seen = as_seen(get(loop, server.url()));
  CHECK(seen.first_line == "GET / HTTP/1.1");
  CHECK(seen.body.empty());
  CHECK_FALSE(mentions(seen, "content-length"));

  request.body = "{}";
  request.headers.push_back({"Content-Type", "application/json"});
  seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "POST / HTTP/1.1");
  CHECK(seen.body == "{}");
  CHECK(has_header(seen, "Content-Type: application/json"));

  request.method = "PUT";
  seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "PUT / HTTP/1.1");
  CHECK(seen.body == "{}");

  request.method = "GET";
  seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "GET / HTTP/1.1");
  CHECK(seen.body == "{}");

  request.body.clear();
  request.method = "DELETE";
  seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "DELETE / HTTP/1.1");
  CHECK_FALSE(mentions(seen, "content-length"));

  request.method = "POST";
  seen = as_seen(exchange(loop, request));
  CHECK(seen.first_line == "POST / HTTP/1.1");
  CHECK(has_header(seen, "Content-Length: 0"));
  CHECK(server.connections() == 1);
}

TEST_CASE("a HEAD request is answered without a body, whatever length is announced") {
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

TEST_CASE("a request that cannot be sent is refused before anything is") {
  raw_server server{echo};
  curl_multi_loop loop;
  const auto port = std::to_string(server.port());
  for (const auto* scheme : {"file://", "ftp://", "gopher://", "dict://", "telnet://", ""}) {
    CAPTURE(scheme);
    const auto outcome = get(loop, scheme + ("127.0.0.1:" + port) + "/etc/passwd");
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::invalid_endpoint);
  }
  auto request = get_request(server.url());
  request.headers.push_back({"X-A", "b\r\nX-Forwarded-For: c"});
  const auto outcome = exchange(loop, std::move(request));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_endpoint);
  CHECK(get(loop, "http://127.0.0.1:99999999/").error().code == errc::invalid_endpoint);
  CHECK(server.connections() == 0);
  CHECK(loop.statistics().connections_opened == 0);
}

TEST_CASE("proxies that the environment names are never asked") {
  raw_server proxy{echo};
  raw_server server{answer_always(ok_response("direct"))};
  const std::vector<std::string> names{"http_proxy",  "HTTP_PROXY", "https_proxy",
                                       "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};
  for (const auto& name : names) {
    ::setenv(name.c_str(), proxy.url().c_str(), 1);
  }
  {
    curl_multi_loop loop;
    const auto outcome = get(loop, server.url());
    REQUIRE(outcome);
    CHECK(outcome->body == "direct");
    CHECK_FALSE(get(loop, "https://127.0.0.1:" + std::to_string(closed_port())));
  }
  CHECK(proxy.connections() == 0);
  for (const auto& name : names) {
    ::unsetenv(name.c_str());
  }
}

TEST_CASE("a redirect is a response, and is not followed") {
  raw_server elsewhere{echo};
  raw_server server{answer_always("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                                  "/\r\nContent-Length: 0\r\n\r\n")};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->status == 302);
  CHECK(find_header(*outcome, "Location") != nullptr);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("a cookie is not sent back, nor are credentials that were asked for") {
  raw_server server{[](raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.send(
          "HTTP/1.1 401 Unauthorized\r\nSet-Cookie: a=b; Path=/\r\n"
          "WWW-Authenticate: Basic realm=x\r\nContent-Length: " +
          std::to_string(request.size()) + "\r\n\r\n" + request);
    }
  }};
  curl_multi_loop loop;
  for (int i = 0; i < 3; ++i) {
    const auto outcome = get(loop, server.url());
    CHECK(outcome->status == 401);
    const auto seen = as_seen(outcome);
    CHECK_FALSE(mentions(seen, "cookie"));
    CHECK_FALSE(mentions(seen, "authorization"));
  }
}

TEST_CASE("an encoded body is asked for by nobody, and left as it is") {
  raw_server server{
      answer_always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain")};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->body == "plain");
}

TEST_CASE("interim responses are passed over") {
  raw_server server{answer_always(
      "HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + ok_response("final"))};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->status == 200);
  CHECK(outcome->body == "final");
  CHECK(find_header(*outcome, "X-A") == nullptr);
}

TEST_CASE("a chunked body arrives whole, its trailers do not") {
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

TEST_CASE("a response without a length ends with its connection") {
  raw_server server{answer_and_close("HTTP/1.0 200 OK\r\n\r\nold")};
  curl_multi_loop loop;
  const auto outcome = get(loop, server.url());
  REQUIRE(outcome);
  CHECK(outcome->body == "old");
}

TEST_CASE("exchanges one after another share one connection") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(get(loop, server.url()));
  }
  CHECK(server.connections() == 1);
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 5);
  CHECK(statistics.connections_opened == 1);
  CHECK(statistics.connections_reused == 4);
  CHECK(statistics.in_flight == 0);
}

TEST_CASE("a kept connection that the server has closed costs nothing but a new one") {
  const auto* const method = GENERATE("GET", "POST");
  raw_server server{[](raw_connection& connection) {
    const auto request = connection.read_request();
    connection.send(ok_response(request.substr(request.find("\r\n\r\n") + 4)));
    if (connection.index() != 0) {
      connection.wait_for_end();
    }
  }};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = method;
  request.body = "body";
  REQUIRE(exchange(loop, request));
  server.wait_until_ended(1);
  const auto outcome = exchange(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->body == "body");
  CHECK(server.connections() == 2);
  CHECK(loop.statistics().connections_reused == 0);
}

TEST_CASE("a kept connection that dies under the next request is replaced, body and all") {
  raw_server server{[](raw_connection& connection) {
    const auto first = connection.read_request();
    connection.send(ok_response(first.substr(first.find("\r\n\r\n") + 4)));
    // The second request arrives, and is not answered here.
    connection.read_request();
  }};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "POST";
  request.body.assign(100'000, 'x');
  REQUIRE(exchange(loop, request));
  const auto outcome = exchange(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->body.size() == 100'000);
  CHECK(server.connections() == 2);
  CHECK(loop.statistics().connections_opened == 2);
}

TEST_CASE("exchanges begun together are under way together") {
  constexpr std::size_t together = 20;
  meeting all_there{together};
  raw_server server{all_there.answer_when_all_are_there()};
  curl_multi_loop loop;
  exchanges all{loop};
  for (std::size_t i = 0; i < together; ++i) {
    all.begin(get_request(server.url()));
  }
  for (std::size_t i = 0; i < together; ++i) {
    CHECK(all.outcome(i));
  }
  CHECK(server.connections() == together);
}

TEST_CASE("a thousand exchanges at once share as many connections as a host may have") {
  const auto cap = GENERATE(std::size_t{1}, std::size_t{8});
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.max_connections_per_host = cap}};
  exchanges all{loop};
  for (std::size_t i = 0; i < 1000; ++i) {
    all.begin(get_request(server.url()));
  }
  all.wait_for(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    REQUIRE(all.outcome(i));
  }
  CHECK(server.connections() <= cap);
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 1000);
  CHECK(statistics.connections_opened == server.connections());
  CHECK(statistics.connections_reused == 1000 - server.connections());
  CHECK(statistics.in_flight == 0);
}

TEST_CASE("over the cap the earliest deadline goes first, and waiting is no part of the timeout") {
  std::mutex mutex;
  std::condition_variable changed;
  bool go = false;
  std::vector<std::string> order;
  raw_server server{[&](raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      std::unique_lock lock{mutex};
      order.push_back(request.substr(5, 1));
      changed.wait(lock, [&] { return go; });
      connection.send(ok_response("x"));
    }
  }};
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  const auto now = std::chrono::steady_clock::now();
  const auto begin = [&](const char* path, std::chrono::seconds deadline) {
    auto request = get_request(server.url() + path);
    request.deadline = now + deadline;
    return all.begin(std::move(request));
  };
  begin("/a", 9s);
  begin("/b", 3s);
  begin("/c", 2s);
  const auto cancelled = begin("/d", 1s);
  begin("/e", 2s);
  // Another host is not kept waiting.
  raw_server other{answer_always(ok_response("x"))};
  CHECK(get(loop, other.url()));
  loop.cancel(cancelled);
  CHECK(all.outcome(3).error().code == errc::cancelled);
  CHECK(loop.statistics().in_flight == 4);
  {
    const std::lock_guard lock{mutex};
    go = true;
    changed.notify_all();
  }
  all.wait_for(5);
  CHECK(order == std::vector<std::string>{"a", "c", "e", "b"});
}

TEST_CASE("connections over the number worth keeping are closed, and no others") {
  constexpr std::size_t together = 4;
  meeting all_there{together};
  raw_server server{all_there.answer_when_all_are_there()};
  curl_multi_loop loop{{.max_connections_kept = 1}};
  exchanges all{loop};
  for (std::size_t i = 0; i < together; ++i) {
    all.begin(get_request(server.url()));
  }
  all.wait_for(together);
  server.wait_until_ended(together - 1);
  REQUIRE(get(loop, server.url()));
  CHECK(server.connections() == together);
}

TEST_CASE("a connection that failed counts as opened, not as reused") {
  curl_multi_loop loop;
  CHECK_FALSE(get(loop, "http://127.0.0.1:" + std::to_string(closed_port())));
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 1);
  CHECK(statistics.connections_opened == 1);
  CHECK(statistics.connections_reused == 0);
  CHECK(statistics.in_flight == 0);
}
