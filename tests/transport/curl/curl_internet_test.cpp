// The way to a host on the Internet: by a proxy, and by the user's certificate authorities.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/tls_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <stdlib.h>

#include <memory>
#include <string>
#include <utility>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

http_request by(std::string url, internet_access access) {
  auto result = get_request(std::move(url));
  result.internet = std::make_shared<const internet_access>(std::move(access));
  return result;
}

// Refuses each tunnel, and says for which host it was.
struct refusing_proxy {
  std::string first_line;
  raw_server server{[this](raw_connection& connection) {
    const auto seen = connection.read_request();
    first_line = seen.substr(0, seen.find('\r'));
    connection.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  }};
};

}  // namespace

TEST_CASE("a request to the Internet goes through the proxy, and its failure names the proxy") {
  refusing_proxy proxy;
  curl_multi_loop loop;
  const auto outcome =
      exchange(loop, by("https://login.example.invalid/tenant",
                        {.proxy = sensitive_string{"http://user:hush@127.0.0.1:" +
                                                   std::to_string(proxy.server.port())},
                         .proxy_origin = "HTTPS_PROXY"}));
  REQUIRE_FALSE(outcome);
  CHECK(proxy.first_line == "CONNECT login.example.invalid:443 HTTP/1.1");
  CHECK(outcome.error().code == errc::unreachable);
  CHECK_THAT(outcome.error().message,
             Contains("through the proxy that HTTPS_PROXY names") && Contains("502"));
  CHECK_THAT(to_string(outcome.error()), !Contains("hush"));
}

TEST_CASE("a proxy that does not answer is named") {
  curl_multi_loop loop;
  const auto outcome = exchange(
      loop, by("https://login.example.invalid/",
               {.proxy = sensitive_string{"http://127.0.0.1:" + std::to_string(closed_port())},
                .proxy_origin = "https_proxy"}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  CHECK_THAT(outcome.error().message, Contains("through the proxy that https_proxy names"));
}

TEST_CASE("hosts that are excluded are reached without the proxy") {
  refusing_proxy proxy;
  tls_server server{{.named = true}};
  const temporary_file authorities{server.certificate()};
  const internet_access access{.proxy = sensitive_string{proxy.server.url()},
                               .no_proxy = "example.com,127.0.0.1",
                               .proxy_origin = "HTTPS_PROXY",
                               .ca_file = authorities.path(),
                               .ca_origin = "SSL_CERT_FILE"};
  curl_multi_loop loop;
  CHECK(exchange(loop, by(server.url(), access))->body == "ok");
  CHECK(proxy.server.connections() == 0);
}

TEST_CASE("the proxy and the authorities of one request do not apply to the next") {
  refusing_proxy proxy;
  tls_server trusted{{.named = true}};
  raw_server plain{answer_always(ok_response("direct"))};
  const temporary_file authorities{trusted.certificate()};
  curl_multi_loop loop;
  CHECK(exchange(loop, by(trusted.url(), {.ca_file = authorities.path()}))->body == "ok");
  CHECK_FALSE(exchange(
      loop, by("https://login.example.invalid/", {.proxy = sensitive_string{proxy.server.url()}})));
  CHECK(get(loop, plain.url())->body == "direct");
  CHECK(get(loop, trusted.url()).error().code == errc::unreachable);
  CHECK(proxy.server.connections() == 1);
}

TEST_CASE("authorities that cannot be read are a mistake of the configuration") {
  tls_server server{{.named = true}};
  curl_multi_loop loop;
  const auto outcome = exchange(
      loop, by(server.url(), {.ca_file = "/nonexistent/ca.pem", .ca_origin = "SSL_CERT_FILE"}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_configuration);
  CHECK_THAT(outcome.error().message, Contains("SSL_CERT_FILE"));
}
