// What errc::deadline_exceeded says about the failures before the deadline. Time is an argument.
#include "actors/policies/known_failure.hpp"

#include "actors/policies/host_budget.hpp"
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

const host_budget::time_point now{1h};

error passed_deadline() {
  auto result = make_error(errc::deadline_exceeded, "no token for r", "Allow a longer timeout");
  result.source = "IMDS";
  return result;
}

error failure_of_a_host() {
  auto result = make_error(errc::service_unavailable, "IMDS failed", "Try again later");
  result.http_status = 503;
  result.service_code = "busy";
  result.service_description = "an update";
  result.correlation_id = "5f3a-1";
  return result;
}

}  // namespace

TEST_CASE("a passed deadline quotes the failure, and says when the host is asked again") {
  const auto told = with_reason(passed_deadline(), {failure_of_a_host(), now + 1'500us}, now);
  CHECK(told.code == errc::deadline_exceeded);
  CHECK(told.message == "no token for r; the last attempt failed: IMDS failed");
  CHECK(told.advice == "Allow a longer timeout. Try again later");
  CHECK(told.source == "IMDS");
  CHECK(told.http_status == 503);
  CHECK(told.service_code == "busy");
  CHECK(told.service_description == "an update");
  CHECK(told.correlation_id == "5f3a-1");
  CHECK(told.retry_after == 2ms);
}

TEST_CASE("a passed deadline says nothing of a pause that is over, nor of advice that is not") {
  const auto told =
      with_reason(passed_deadline(), {make_error(errc::unreachable, "refused"), now}, now);
  CHECK_FALSE(told.retry_after);
  CHECK(told.advice == "Allow a longer timeout");
}

TEST_CASE("a host's failure is known while requests wait for it, or have waited") {
  host_budget budget{{5, 20}};
  CHECK_FALSE(budget.paused_since(now, now));
  budget.throttled(now, make_error(errc::throttled, "429"), 2s);
  REQUIRE(budget.paused_since(now + 1s, now + 1s));
  CHECK(budget.paused_since(now + 1s, now + 1s)->failure.code == errc::throttled);
  CHECK(budget.paused_since(now + 1s, now + 1s)->next == now + 2s);
  CHECK(budget.paused_since(now + 1s, now + 5s)->failure.code == errc::throttled);
  CHECK_FALSE(budget.paused_since(now + 5s, now + 5s));
  for (int i = 0; i < 3; ++i) {
    budget.failed(now + 5s, failure_of_a_host(), {}, 0.0);
  }
  CHECK(budget.paused_since(now + 5s, now + 5s)->failure.http_status == 503);
  CHECK(budget.paused_since(now + 5s, now + 5s)->next == now + 5'250ms);
  // Also of a request that has waited for both.
  CHECK(budget.paused_since(now, now + 9s)->failure.http_status == 503);
  budget.succeeded(now + 9s);
  CHECK_FALSE(budget.paused_since(now + 9s, now + 9s));
}
