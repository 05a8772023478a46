// Which servers receive a request that pins a certificate, and how a mismatch is reported.
#include "transport/curl/curl_certificate_pin.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/tls_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/formats/certificate_pin.hpp"

#include <openssl/opensslv.h>

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

http_request request_to(const std::string& url) {
  auto request = get_request(url + "/token?resource=hush");
  request.headers.push_back({"Secret", "hush"});
  return request;
}

http_request pinned_request(const std::string& url, const sha1_digest& pin) {
  auto request = request_to(url);
  request.pinned_certificate = pin;
  return request;
}

sha1_digest another_than(sha1_digest digest) {
  digest.back() ^= 1U;
  return digest;
}

// The handshake fails, so the server sees a connection and nothing else.
void check_refused(const http_outcome& outcome, tls_server& server, std::size_t connections) {
  REQUIRE_FALSE(outcome);
  CAPTURE(to_string(outcome.error()));
  CHECK(outcome.error().code == errc::certificate_mismatch);
  CHECK(to_string(outcome.error()).find("hush") == std::string::npos);
  server.wait_until_ended(connections);
  CHECK(server.connections() == connections);
}

}  // namespace

TEST_CASE("the pinned certificate is trusted although no authority signed it") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  tls_server server{{.version = version}};
  curl_multi_loop loop;
  const auto outcome = exchange(loop, pinned_request(server.url(), server.digest()));
  REQUIRE(outcome);
  CHECK(outcome->body == "ok");
  CHECK(server.received().find("Secret: hush") != std::string::npos);
}

TEST_CASE("nothing is sent to a server with another certificate") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  tls_server server{{.version = version}};
  curl_multi_loop loop;
  const auto pin = another_than(server.digest());
  const auto outcome = exchange(loop, pinned_request(server.url(), pin));
  check_refused(outcome, server, 1);
  CHECK(server.handshakes() == 0);
  CHECK(server.received().empty());
  CHECK(outcome.error().message.find(to_thumbprint(pin)) != std::string::npos);
  CHECK(outcome.error().message.find(to_thumbprint(server.digest())) != std::string::npos);
}

TEST_CASE("a certificate that merely accompanies the server's own does not match the pin") {
  tls_server server;
  curl_multi_loop loop;
  check_refused(exchange(loop, pinned_request(server.url(), server.digest_of_another())), server,
                1);
  CHECK(server.received().empty());
}

TEST_CASE("neither a connection nor a TLS session is reused for another pin") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto closes = GENERATE(false, true);
  tls_server server{{.version = version, .closes = closes}};
  curl_multi_loop loop;
  REQUIRE(exchange(loop, pinned_request(server.url(), server.digest())));
  const auto received = server.received();
  check_refused(exchange(loop, pinned_request(server.url(), another_than(server.digest()))), server,
                2);
  CHECK(server.received() == received);
  CHECK(loop.statistics().connections_reused == 0);
  // A refused certificate is not remembered, either.
  CHECK(exchange(loop, pinned_request(server.url(), server.digest())));
}

TEST_CASE("a pin applies to its own request only") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto closes = GENERATE(false, true);
  tls_server server{{.version = version, .closes = closes, .named = true}};
  curl_multi_loop loop;
  REQUIRE(exchange(loop, pinned_request(server.url(), server.digest())));
  const auto received = server.received();
  const auto outcome = exchange(loop, request_to(server.url()));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  server.wait_until_ended(2);
  CHECK(server.received() == received);
}

TEST_CASE("requests without a pin share connections before and after a request with a pin") {
  tls_server pinned;
  raw_server plain{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  REQUIRE(get(loop, plain.url()));
  REQUIRE(exchange(loop, pinned_request(pinned.url(), pinned.digest())));
  REQUIRE(get(loop, plain.url()));
  REQUIRE(get(loop, plain.url()));
  CHECK(plain.connections() == 1);
}

TEST_CASE("concurrent exchanges each use their own pin") {
  tls_server first;
  tls_server second;
  curl_multi_loop loop;
  exchanges all{loop};
  constexpr std::size_t rounds = 10;
  for (std::size_t i = 0; i < rounds; ++i) {
    all.begin(pinned_request(first.url(), first.digest()));
    all.begin(pinned_request(first.url(), second.digest()));
    all.begin(pinned_request(second.url(), second.digest()));
    all.begin(pinned_request(second.url(), first.digest()));
  }
  all.wait_for(4 * rounds);
  CHECK(all.failed_with(errc::certificate_mismatch) == 2 * rounds);
  CHECK(first.handshakes() == rounds);
  CHECK(second.handshakes() == rounds);
}

TEST_CASE("a refused connection is not reported as a certificate mismatch") {
  curl_multi_loop loop;
  const auto url = "https://127.0.0.1:" + std::to_string(closed_port());
  const auto outcome = exchange(loop, pinned_request(url, {}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
}

TEST_CASE("nothing is sent under a pin to a server without TLS") {
  std::string request;
  {
    raw_server server{[&request](raw_connection& connection) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      request = connection.read_request();
    }};
    curl_multi_loop loop;
    const auto port = std::to_string(server.port());
    const auto outcome = exchange(loop, pinned_request("https://127.0.0.1:" + port, {}));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::unreachable);
  }
  CHECK(request.empty());
}

TEST_CASE("a pin without https is rejected before anything is sent") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  const auto outcome = exchange(loop, pinned_request(server.url(), {}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find("not https") != std::string::npos);
  CHECK(server.connections() == 0);
  // The next request is not affected.
  CHECK(get(loop, server.url()));
}

TEST_CASE("a server cannot renegotiate, and so cannot present another certificate later") {
  tls_server server{{.version = TLS1_2_VERSION, .renegotiates = true}};
  curl_multi_loop loop;
  auto request = pinned_request(server.url(), server.digest());
  // A client that renegotiates would wait for an answer that does not come.
  request.total_timeout = std::chrono::seconds{3};
  CHECK_FALSE(exchange(loop, std::move(request)));
  server.wait_until_ended(1);
  CHECK_FALSE(server.received().empty());
  CHECK(server.handshakes() == 1);
}

TEST_CASE("a request is not sent if no handshake verified the certificate") {
  curl_certificate_pin pin;
  auto* const handle = curl_easy_init();
  pin.install(handle);
  pin.apply(handle, sha1_digest{1});
  CHECK_FALSE(pin.allows_request());
  CHECK(pin.refused());
  CHECK(pin.refusal("https://host").message.find("no certificate") != std::string::npos);
  pin.apply(handle, sha1_digest{1});
  CHECK_FALSE(pin.refused());
  CHECK(pin.accept(sha1_digest{1}));
  CHECK(pin.allows_request());
  CHECK_FALSE(pin.accept(sha1_digest{2}));
  CHECK_FALSE(pin.allows_request());
  // The next connection has nothing to do with that certificate.
  pin.apply(handle, sha1_digest{1});
  CHECK_FALSE(pin.allows_request());
  CHECK(pin.refusal("https://host").message.find("no certificate") != std::string::npos);
  pin.apply(handle, std::nullopt);
  CHECK(pin.allows_request());
  curl_easy_cleanup(handle);
}

TEST_CASE("a pin requires the OpenSSL release that midas was built with") {
  const auto ours = "OpenSSL/" + std::to_string(OPENSSL_VERSION_MAJOR);
  const auto [library, trusted] = GENERATE_COPY(table<std::string, bool>({
      {ours + ".0.11", true},
      {ours + ".2.0 (GnuTLS/3.7.9)", true},
      {ours, true},
      {ours + "0.1", false},
      {"(" + ours + ".0.11) GnuTLS/3.7.9", false},
      {"OpenSSL/1.1.1n", false},
      {"GnuTLS/3.7.9", false},
      {"BoringSSL", false},
      {"LibreSSL/3.8.1", false},
      {"", false},
      {"none", false},
  }));
  CHECK(uses_our_openssl(library) == trusted);
}
