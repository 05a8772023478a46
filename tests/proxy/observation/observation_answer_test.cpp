#include "proxy/observation/observation_answer.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas::internal;
using namespace midas::internal::proxy;
using Catch::Matchers::Contains;

namespace {

observation_sources sources() {
  return {.metrics = [] { return std::string{"metrics"}; },
          .status = [] { return std::string{"{}"}; },
          .live = [] { return health{}; },
          .ready =
              [] {
                return health{false, "the host has not answered"};
              }};
}

observation_answer ask(std::string_view target, std::string_view method = "GET",
                       const std::vector<http::header_field>& fields = {
                           {"Host", "127.0.0.1:9464"}}) {
  return answer_observer({method, target, fields, {}}, sources());
}

observation_answer ask_host(std::string_view host) {
  return ask("/metrics", "GET", {{"host", host}});
}

}  // namespace

TEST_CASE("metrics, status and probes are answered") {
  CHECK(ask("/metrics").body == "metrics");
  CHECK(ask("/metrics").content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(ask("/metrics?name=x").status == 200);
  CHECK(ask("/status.json").body == "{}");
  CHECK(ask("/status.json").content_type == "application/json");
  CHECK(ask("/livez").status == 200);
  CHECK(ask("/livez").body == "ok\n");
  CHECK(ask("/readyz").status == 503);
  CHECK(ask("/readyz").body == "the host has not answered\n");
  CHECK(ask("/", "HEAD").status == 200);
}

TEST_CASE("anything else is not found, and other methods are refused") {
  for (const auto* target : {"", "//", "/metrics/", "/metadata/identity/oauth2/token", "*",
                             "/Metrics", "/../metrics", "/%2e", "/status.jsonx"}) {
    CAPTURE(target);
    CHECK(ask(target).status == 404);
  }
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "CONNECT"}) {
    CAPTURE(method);
    const auto refused = ask("/metrics", method);
    CHECK(refused.status == 405);
    CHECK_THAT(refused.more_fields, Contains("Allow: GET, HEAD"));
  }
}

TEST_CASE("a Host must be an address or localhost") {
  for (const auto* host : {"127.0.0.1", "127.0.0.1:9464", "localhost", "LOCALHOST:80", "[::1]",
                           "[::1]:9464", "10.0.0.7:9464"}) {
    CAPTURE(host);
    CHECK(ask_host(host).status == 200);
  }
  for (const auto* host : {"evil.example", "evil.example:9464", "127.0.0.1.evil.example",
                           "localhost.evil.example", "", "::1", "[::1", "[]", "[evil]",
                           "127.0.0.1:x", "127.0.0.1 evil", "0x7f000001", "1", "localhost:80:80"}) {
    CAPTURE(host);
    CHECK(ask_host(host).status == 403);
  }
  CHECK(ask("/metrics", "GET", {}).status == 400);
  CHECK(ask("/metrics", "GET", {{"Host", "localhost"}, {"host", "localhost"}}).status == 400);
  CHECK(ask("/livez", "GET", {{"Host", "evil.example"}}).status == 403);
}

TEST_CASE("a scraper that believes in a proxy is served if it addresses this listener") {
  const std::vector<http::header_field> foreign{{"Host", "example.com"}};
  CHECK(answer_observer({"GET", "/metrics", foreign, {}, "127.0.0.1:9464"}, sources()).status ==
        200);
  const std::vector<http::header_field> own{{"Host", "127.0.0.1"}};
  CHECK(answer_observer({"GET", "/metrics", own, {}, "example.com"}, sources()).status == 403);
}

TEST_CASE("every answer tells browsers to be careful") {
  const auto bytes = to_bytes(ask("/"), false, true);
  CHECK_THAT(bytes, Catch::StartsWith("HTTP/1.1 200 OK\r\n") &&
                        Contains("\r\nX-Content-Type-Options: nosniff\r\n") &&
                        Contains("\r\nCache-Control: no-store\r\n") &&
                        Contains("\r\nContent-Security-Policy: default-src 'none'; ") &&
                        Contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
  CHECK_THAT(bytes, !Contains("unsafe") && !Contains("Connection: close"));
  CHECK_THAT(to_bytes(ask("/nothing"), false, false),
             Catch::StartsWith("HTTP/1.1 404 Not Found\r\n") &&
                 Contains("\r\nX-Content-Type-Options: nosniff\r\n") &&
                 Contains("\r\nConnection: close\r\n"));
}

TEST_CASE("HEAD has the fields of GET, without its body") {
  const auto whole = to_bytes(ask("/metrics"), false, true);
  const auto head = to_bytes(ask("/metrics"), true, true);
  CHECK(whole == head + "metrics");
}
