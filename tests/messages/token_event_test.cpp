#include <midas/token_event.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace midas;
using namespace std::chrono_literals;

namespace {

const token_key vault{{}, "https://vault.azure.net"};
const token_key storage{managed_identity::client_id("6a5e"), "https://storage.azure.com"};

error busy() {
  error result;
  result.code = errc::throttled;
  result.message = "IMDS is throttling";
  result.http_status = 429;
  return result;
}

}  // namespace

TEST_CASE("each event is shown in one line") {
  CHECK(to_string(acquisition_started{vault, false}) ==
        "acquisition_started(https://vault.azure.net for system-assigned)");
  CHECK(to_string(acquisition_started{storage, true}) ==
        "acquisition_started(https://storage.azure.com for client id 6a5e, in the background)");
  CHECK(to_string(acquisition_joined{vault}) ==
        "acquisition_joined(https://vault.azure.net for system-assigned)");
  CHECK(to_string(acquisition_retried{vault, busy(), 1'500ms}) ==
        "acquisition_retried(https://vault.azure.net for system-assigned, after 1500 ms, " +
            to_string(busy()) + ")");
  CHECK(to_string(acquisition_succeeded{vault, {}, 12ms, 3}) ==
        "acquisition_succeeded(https://vault.azure.net for system-assigned, in 12 ms, for 3)");
  CHECK(to_string(acquisition_failed{vault, busy(), 2s, 100}) ==
        "acquisition_failed(https://vault.azure.net for system-assigned, in 2000 ms, for 100, " +
            to_string(busy()) + ")");
  CHECK(to_string(claims_not_passed_on{storage}) ==
        "claims_not_passed_on(https://storage.azure.com for client id 6a5e)");
  CHECK(to_string(host_throttled{7s}) == "host_throttled(for 7000 ms)");
  CHECK(to_string(host_failing{busy(), 4, 500ms}) ==
        "host_failing(for 500 ms, after 4 failures, " + to_string(busy()) + ")");
  CHECK(to_string(host_recovered{}) == "host_recovered()");
  CHECK(to_string(refresh_scheduled{vault, 12h}) ==
        "refresh_scheduled(https://vault.azure.net for system-assigned, after 43200000 ms)");
  CHECK(to_string(refresh_done{vault, true}) ==
        "refresh_done(https://vault.azure.net for system-assigned, refreshed)");
  CHECK(to_string(refresh_done{vault, false}) ==
        "refresh_done(https://vault.azure.net for system-assigned, not refreshed)");
  CHECK(to_string(key_evicted{storage}) ==
        "key_evicted(https://storage.azure.com for client id 6a5e)");
  CHECK(to_string(connection_opened{2}) == "connection_opened(2)");
}

TEST_CASE("a failure in an event shows what the host said") {
  CHECK(
      to_string(acquisition_failed{vault, busy(), 0ms, 1}).find("throttled: IMDS is throttling") !=
      std::string::npos);
  CHECK(to_string(acquisition_retried{vault, busy(), 1s}).find("429") != std::string::npos);
}

TEST_CASE("times in events are rounded to milliseconds") {
  CHECK(to_string(host_throttled{1'499'999ns}) == "host_throttled(for 1 ms)");
  CHECK(to_string(host_throttled{1'500'001ns}) == "host_throttled(for 2 ms)");
}
