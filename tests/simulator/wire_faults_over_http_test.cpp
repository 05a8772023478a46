// Wire faults as clients observe them over a socket.
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <thread>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using time_point = journal_entry::time_point;

namespace {

simulated_host_options options_with_wire_fault(const std::string& action,
                                               const std::string& match = "{}") {
  auto options = options_with_fault(action, match);
  options.stop_timeout = 50ms;
  return options;
}

struct ended_answer {
  std::string text{};
  /// See raw_client::error().
  int error = 0;
};

/// The bytes that answer one request on a new connection, up to a maximum, and how it ended.
ended_answer ask(const simulated_host& host, std::size_t max = std::string::npos) {
  raw_client client(host.port());
  client.send(get_request(token_target));
  auto text = client.receive_rest(max);
  return {std::move(text), client.error()};
}

}  // namespace

TEST_CASE("a reset before the answer sends nothing") {
  const simulated_host imds(options_with_wire_fault(R"({"reset":"before"})"));
  const auto end = ask(imds);
  CHECK(end.text.empty());
  CHECK(end.error == ECONNRESET);
  const auto entry = imds.journal().at(0);
  CHECK(entry.status == 0);
  CHECK(entry.answered == time_point::max());
  CHECK(entry.ended != time_point::max());
  CHECK(entry.fault == "reset");
  CHECK(imds.statistics().in_flight == 0);
  CHECK(imds.statistics().statuses.empty());
}

TEST_CASE("a reset within the headers sends a part of them") {
  const simulated_host imds(options_with_wire_fault(R"({"reset":"within_headers"})"));
  const auto end = ask(imds);
  CHECK_THAT(end.text, StartsWith("HTTP/1.1 200"));
  CHECK_THAT(end.text, !Contains("\r\n\r\n"));
  CHECK(end.error == ECONNRESET);
  CHECK(imds.journal().at(0).status == 0);
}

TEST_CASE("a reset after the headers sends all of them and nothing of the body") {
  const simulated_host imds(options_with_wire_fault(R"({"reset":"after_headers"})"));
  const auto end = ask(imds);
  CHECK_THAT(end.text, StartsWith("HTTP/1.1 200") && EndsWith("\r\n\r\n"));
  CHECK(end.error == ECONNRESET);
  CHECK(imds.journal().at(0).status == 200);
}

TEST_CASE("a truncated body ends with the connection") {
  const simulated_host imds(options_with_wire_fault(R"({"truncate_body":20})"));
  const auto end = ask(imds);
  const auto body = end.text.substr(end.text.find("\r\n\r\n") + 4);
  CHECK(body.size() == 20);
  CHECK_THAT(body, StartsWith(R"({"access_token":")"));
  CHECK(end.error == 0);
}

TEST_CASE("a slow drip sends the whole answer in pieces, and the connection stays open") {
  const simulated_host imds(
      options_with_wire_fault(R"({"slow_drip":{"bytes":400,"every":"4ms"}})"));
  raw_client client(imds.port());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.get(token_target);
    REQUIRE(answer);
    CHECK_FALSE(text_of(parse_object(answer->body), "access_token").empty());
  }
  CHECK(imds.statistics().connections == 1);
  for (const auto& entry : imds.journal()) {
    CHECK(entry.status == 200);
    // At least five pieces with four pauses between them. A pause is never too short.
    CHECK(entry.ended - entry.answered >= 16ms);
  }
}

TEST_CASE("an endless body has no length and continues until the client leaves") {
  const simulated_host imds(options_with_wire_fault(R"({"endless_body":true})"));
  constexpr std::size_t enough = 4 * 1024 * 1024;
  const auto end = ask(imds, enough);
  CHECK(end.text.size() >= enough);
  const auto head = end.text.substr(0, end.text.find("\r\n\r\n"));
  CHECK_THAT(head, StartsWith("HTTP/1.1 200"));
  CHECK_THAT(head, !Contains("Content-Length"));
  wait_until_closed(imds);
  CHECK(imds.statistics().statuses.at(200) == 1);
  CHECK(imds.journal().at(0).ended != time_point::max());
}

TEST_CASE("garbage is not HTTP") {
  const simulated_host imds(options_with_wire_fault(R"({"garbage":true})"));
  const auto end = ask(imds);
  CHECK_FALSE(end.text.empty());
  CHECK_THAT(end.text, !Contains("HTTP/1"));
  CHECK(end.error == 0);
  CHECK(imds.journal().at(0).status == 0);
}

TEST_CASE("a hanging answer is not idle and ends when the client leaves") {
  auto options = options_with_wire_fault(R"({"hang":true})");
  options.idle_timeout = 20ms;
  const simulated_host imds(options);
  std::optional<raw_client> client;
  std::uint64_t attempts = 0;
  // On a busy machine, the first connections may be closed as idle before they send a request.
  do {
    client.emplace(imds.port()).send(get_request(token_target));
  } while (!wait_for_request([&] { return imds.statistics(); }, ++attempts));
  // Meanwhile, idle connections are closed.
  for (int i = 0; i < 3; ++i) {
    CHECK(raw_client(imds.port()).receive_rest().empty());
  }
  CHECK(imds.statistics().in_flight == 1);
  CHECK(imds.journal().at(0).ended == time_point::max());
  client.reset();
  wait_until_in_flight(imds, 0);
  wait_until_closed(imds);
  const auto entry = imds.journal().at(0);
  CHECK(entry.ended != time_point::max());
  CHECK(entry.answered == time_point::max());
  CHECK(entry.status == 0);
}

TEST_CASE("stop ends hanging, dripping, endless and delayed answers") {
  const auto* const action =
      GENERATE(R"({"hang":true})", R"({"slow_drip":{"bytes":1,"every":"1h"}})",
               R"({"slow_drip":{"bytes":1,"every":"0ms"}})", R"({"endless_body":true})",
               R"({"status":503,"latency":"1h"})");
  CAPTURE(action);
  simulated_host imds(options_with_wire_fault(action));
  raw_client client(imds.port());
  client.send(get_request(token_target));
  while (imds.statistics().token_requests == 0) {
    std::this_thread::yield();
  }
  // Without stop_timeout, this would take hours.
  imds.stop();
  CHECK(imds.statistics().open_connections == 0);
  CHECK(imds.journal().at(0).ended != time_point::max());
}

TEST_CASE("wire faults are played over TLS as well") {
  simulated_host_options options;
  options.host = identity_host::service_fabric;
  options.secret = "secret";
  options.journal_size = 10;
  simulated_host host(options);
  const auto ask_for = [&](const std::string& action) {
    host.set_fault_rules(rules_with(action));
    curl_client client(host.certificate_file());
    return client.ask(host.endpoint() +
                          "/metadata/identity/oauth2/token?api-version=2019-07-01-preview"
                          "&resource=https://vault.azure.net",
                      {"Secret: secret"});
  };
  CHECK(ask_for(R"({"latency":"1ms"})").status == 200);
  CHECK(ask_for(R"({"reset":"before"})").code != CURLE_OK);
  CHECK(ask_for(R"({"reset":"within_headers"})").code != CURLE_OK);
  CHECK(ask_for(R"({"truncate_body":5})").code == CURLE_PARTIAL_FILE);
  CHECK(ask_for(R"({"garbage":true})").code != CURLE_OK);
  CHECK(ask_for(R"({"slow_drip":{"bytes":500,"every":"1ms"}})").status == 200);
  CHECK(ask_for(R"({"status":503})").status == 503);
}

TEST_CASE("a wire fault does not affect earlier answers on the connection") {
  const simulated_host imds(
      options_with_wire_fault(R"({"reset":"after_headers"})", R"({"nth":3})"));
  raw_client client(imds.port());
  client.send(get_request(token_target) + get_request(token_target) + get_request(token_target) +
              get_request(token_target));
  CHECK(client.receive()->status == 200);
  CHECK(client.receive()->status == 200);
  CHECK_FALSE(client.receive());
  CHECK(imds.statistics().token_requests == 3);
}
