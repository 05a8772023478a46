#include "tests/support/catch.hpp"
#include <midas/token_event.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace std::chrono_literals;

namespace {

const token_key vault{{}, "https://vault.azure.net"};
const token_key storage{managed_identity::client_id("6a5e"), "https://storage.azure.com"};

const std::string of_vault = " resource=https://vault.azure.net identity=system-assigned";
const std::string of_storage = " resource=https://storage.azure.com identity=\"client id 6a5e\"";

error busy() {
  error result;
  result.code = errc::throttled;
  result.message = "IMDS is throttling";
  result.advice = "Send fewer requests";
  result.http_status = 429;
  return result;
}

const std::string is_busy = R"( error=throttled status=429 message="IMDS is throttling")";

exchange_finished answered() {
  exchange_finished result;
  result.key = vault;
  result.host = "169.254.169.254";
  result.path = "/metadata/identity/oauth2/token";
  result.attempt = 2;
  result.status = 200;
  result.elapsed = 12ms;
  result.bytes = 1'500;
  return result;
}

}  // namespace

TEST_CASE("each event is one line: its name, then key=value") {
  CHECK(to_string(host_chosen{identity_host::app_service, "http://127.0.0.1:41/msi/token",
                              "App Service was chosen"}) ==
        "host_chosen host=app-service address=http://127.0.0.1:41/msi/token "
        "reason=\"App Service was chosen\"");
  CHECK(to_string(host_unusable{busy()}) ==
        "host_unusable" + is_busy + " advice=\"Send fewer requests\"");
  CHECK(to_string(acquisition_started{vault, false}) ==
        "acquisition_started" + of_vault + " background=false");
  CHECK(to_string(acquisition_started{storage, true}) ==
        "acquisition_started" + of_storage + " background=true");
  CHECK(to_string(acquisition_waiting{vault, 7s, 300, 299, wait_reason::slot}) ==
        "acquisition_waiting" + of_vault +
            " elapsed=\"7 s\" waiters=300 joined=299 waits_for=slot");
  CHECK(to_string(acquisition_retried{vault, busy(), 1'500ms}) ==
        "acquisition_retried" + of_vault + " delay=\"1.5 s\"" + is_busy);
  CHECK(to_string(
            acquisition_succeeded{vault, std::chrono::sys_seconds{1'795'883'165s}, 12ms, 3, 2}) ==
        "acquisition_succeeded" + of_vault +
            " expires_on=2026-11-28T16:26:05Z elapsed=\"12 ms\" answered=3 joined=2");
  CHECK(to_string(acquisition_failed{vault, busy(), 2s, 100, 99}) ==
        "acquisition_failed" + of_vault + " elapsed=\"2 s\" answered=100 joined=99" + is_busy +
            " advice=\"Send fewer requests\"");
  CHECK(to_string(claims_not_passed_on{storage}) == "claims_not_passed_on" + of_storage);
  CHECK(to_string(host_throttled{7s}) == "host_throttled pause=\"7 s\"");
  CHECK(to_string(host_failing{busy(), 4, 500ms}) ==
        "host_failing failures=4 pause=\"500 ms\"" + is_busy);
  CHECK(to_string(host_recovered{}) == "host_recovered");
  CHECK(to_string(refresh_scheduled{vault, 12h + 4min}) ==
        "refresh_scheduled" + of_vault + " delay=\"12 h 4 min\"");
  CHECK(to_string(refresh_done{vault, true}) == "refresh_done" + of_vault + " refreshed=true");
  CHECK(to_string(refresh_done{vault, false}) == "refresh_done" + of_vault + " refreshed=false");
  CHECK(to_string(key_evicted{storage, eviction_reason::too_many_keys}) ==
        "key_evicted" + of_storage + " reason=too_many_keys");
  CHECK(to_string(store_failed{store_operation::save, busy(), 3}) ==
        "store_failed operation=save unsaved=3" + is_busy + " advice=\"Send fewer requests\"");
  CHECK(to_string(connection_opened{2, 5}) == "connection_opened count=2 attempts=5");
}

TEST_CASE("an exchange shows its status and size, or why there was no answer") {
  const auto begin = "exchange_finished" + of_vault +
                     " host=169.254.169.254 path=/metadata/identity/oauth2/token attempt=2";
  auto event = answered();
  CHECK(to_string(event) == begin + " status=200 elapsed=\"12 ms\" bytes=1500");
  event.correlation_id = "5f3a";
  CHECK(to_string(event) == begin + " status=200 elapsed=\"12 ms\" bytes=1500 correlation_id=5f3a");
  event.failure = errc::unreachable;
  CHECK(to_string(event) == begin + " error=unreachable elapsed=\"12 ms\" correlation_id=5f3a");
}

TEST_CASE("a failure in an event shows the host's description") {
  auto failure = busy();
  failure.service_code = "slow_down";
  failure.service_description = "You are too fast";
  failure.correlation_id = "5f3a";
  CHECK(to_string(acquisition_retried{vault, failure, 1s}) ==
        "acquisition_retried" + of_vault +
            " delay=\"1 s\" error=throttled status=429 service_code=slow_down "
            "correlation_id=5f3a message=\"IMDS is throttling\" "
            "description=\"You are too fast\"");
}

TEST_CASE("no text of a host or a caller can end the line or add a pair") {
  error hostile;
  hostile.code = errc::request_rejected;
  hostile.message = "x\nhost_recovered a=\"b\"";
  hostile.service_code = "a b=c";
  hostile.service_description = "back\\slash \x1b[31m \xff";
  hostile.correlation_id = "=";
  const auto line = to_string(acquisition_retried{
      {managed_identity::resource_id("/a\r\nkey_evicted"), "https://x/ resource=y"}, hostile, 1s});
  CHECK(line ==
        "acquisition_retried resource=\"https://x/ resource=y\" "
        R"(identity="resource id /a\r\nkey_evicted" delay="1 s" )"
        R"(error=request_rejected service_code="a b=c" correlation_id="=" )"
        R"(message="x\nhost_recovered a=\"b\"" )"
        R"(description="back\\slash \u{1b}[31m \xff")");
}

TEST_CASE("a token that a caller passes as a resource is not shown") {
  const std::string token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
  const auto line = to_string(key_evicted{{{}, "https://x/?t=" + token}});
  CHECK(line ==
        "key_evicted resource=\"https://x/?t=<redacted>\" identity=system-assigned reason=idle");
}

TEST_CASE("each event has a severity") {
  const std::vector<std::pair<token_event, event_severity>> expected{
      {host_chosen{}, event_severity::info},
      {host_unusable{}, event_severity::error},
      {acquisition_started{}, event_severity::debug},
      {acquisition_waiting{}, event_severity::info},
      {acquisition_retried{}, event_severity::info},
      {acquisition_succeeded{}, event_severity::info},
      {acquisition_failed{}, event_severity::error},
      {exchange_finished{}, event_severity::debug},
      {connection_opened{}, event_severity::debug},
      {host_throttled{}, event_severity::info},
      {host_failing{}, event_severity::error},
      {host_recovered{}, event_severity::info},
      {refresh_scheduled{}, event_severity::debug},
      {refresh_done{}, event_severity::info},
      {key_evicted{}, event_severity::info},
      {claims_not_passed_on{}, event_severity::info},
      {store_failed{}, event_severity::warning}};
  CHECK(expected.size() == std::variant_size_v<token_event>);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(to_string(expected[i].first));
    CHECK(expected[i].first.index() == i);
    CHECK(severity(expected[i].first) == expected[i].second);
  }
}

TEST_CASE("severities, calls of a store, and what acquisitions wait for have names") {
  CHECK(to_string(store_operation::load) == "load");
  CHECK(to_string(store_operation::save) == "save");
  CHECK(to_string(store_operation{99}) == "unknown");
  CHECK(to_string(event_severity::error) == "error");
  CHECK(to_string(event_severity::warning) == "warning");
  CHECK(to_string(event_severity::info) == "info");
  CHECK(to_string(event_severity::debug) == "debug");
  CHECK(to_string(event_severity{99}) == "unknown");
  CHECK(to_string(wait_reason::slot) == "slot");
  CHECK(to_string(wait_reason::pause) == "pause");
  CHECK(to_string(wait_reason::answer) == "answer");
  CHECK(to_string(wait_reason{99}) == "unknown");
}
