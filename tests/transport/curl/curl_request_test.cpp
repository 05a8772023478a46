// What the loop puts on the wire.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

// Answers every request with the bytes of that request.
void echo(raw_connection& connection) {
  for (auto request = connection.read_request(); !request.empty();
       request = connection.read_request()) {
    connection.send(ok_response(request));
  }
}

// A request as the server saw it: the first line, the header lines (sorted), and the body.
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

TEST_CASE("a request is sent as given, with few headers added by the transport") {
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

TEST_CASE("path and query are sent as written, and the fragment is not sent") {
  raw_server server{echo};
  curl_multi_loop loop;
  const auto first_line = [&](const std::string& rest) {
    return as_seen(get(loop, server.url() + rest)).first_line;
  };
  CHECK(first_line("/a/../b//c%2F?d=e%20f&g") == "GET /a/../b//c%2F?d=e%20f&g HTTP/1.1");
  CHECK(first_line("?d") == "GET /?d HTTP/1.1");
  CHECK(first_line("") == "GET / HTTP/1.1");
  CHECK(first_line("/a#b") == "GET /a HTTP/1.1");
}

TEST_CASE("the User-Agent names midas unless the options or the request set another") {
  raw_server server{echo};
  curl_multi_loop loop;
  CHECK(mentions(as_seen(get(loop, server.url())), "user-agent: midas/"));
  auto request = get_request(server.url());
  request.headers.push_back({"User-Agent", "mine"});
  const auto seen = as_seen(exchange(loop, std::move(request)));
  CHECK(has_header(seen, "User-Agent: mine"));
  CHECK_FALSE(mentions(seen, "user-agent: midas/"));
}

TEST_CASE("methods and bodies are sent as given and do not leak into the next request") {
  raw_server server{echo};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "POST";
  // Above 1 MiB libcurl would send "Expect: 100-continue" first.
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

TEST_CASE("a body may contain any bytes") {
  raw_server server{echo};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "POST";
  request.body.assign("a\0b\r\n\r\n\xff", 8);
  CHECK(as_seen(exchange(loop, std::move(request))).body == std::string{"a\0b\r\n\r\n\xff", 8});
}

TEST_CASE("a request that cannot be sent fails before anything is sent") {
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

TEST_CASE("proxies named by the environment are not used") {
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

TEST_CASE("cookies are not sent back, and requested credentials are not sent") {
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
