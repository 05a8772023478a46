// The errors of requests that the HTTP actor does not admit. Time is an argument.
#include "actors/support/admission_refusal.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>

namespace admission_refusal_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const host_budget::time_point now{1h};

used_slot slot(const std::string& resource, std::chrono::nanoseconds age,
               std::chrono::nanoseconds left = 30s) {
  return {std::make_shared<acquisition_key>(acquisition_key{{{}, resource}, {}}), now - age,
          now + left};
}

not_admitted refuse(std::chrono::nanoseconds wait, const host_load& load,
                    host_limits limits = {5, 20}) {
  host_budget budget{limits};
  return refusal({1, now + 10s, wait}, budget, load, now);
}

constexpr auto until_one_ends = std::chrono::nanoseconds::max();

}  // namespace

TEST_CASE(
    "a refusal names the limits, how many requests wait, and the three oldest requests in flight") {
  const auto told = refuse(
      12s, {{slot("b", 3s), slot("d", 1s), slot("a", 4s), slot("e", 1ns), slot("c", 2s)}, 7});
  CHECK(told.wait == 12s);
  CHECK(told.reason.code == errc::host_busy);
  CHECK(told.reason.retry_after == 12s);
  CHECK(told.reason.message ==
        "the request limits of the host (5 in flight, 20 per second) do not admit this request "
        "before its deadline: 7 others wait; the host has been answering a for system-assigned for "
        "4 s, b for system-assigned for 3 s, c for system-assigned for 2 s and 2 more");
}

TEST_CASE("a refusal names the identity that the host chooses, where that is another one") {
  const host_load load{{slot("a", 4s)}, 0, "client id 6a5e, named by AZURE_CLIENT_ID"};
  CHECK_THAT(refuse(12s, load).reason.message,
             Contains("a for client id 6a5e, named by AZURE_CLIENT_ID for 4 s"));
  const host_load named{
      {{std::make_shared<acquisition_key>(acquisition_key{{managed_identity::client_id("1"), "a"}}),
        now - 4s, now + 30s}},
      0,
      "the signed-in user"};
  CHECK_THAT(refuse(12s, named).reason.message, Contains("a for client id 1 for 4 s"));
}

TEST_CASE("a refusal says nothing of a limit, a key or other requests that do not exist") {
  CHECK_THAT(refuse(12s, {}, {5, 0}).reason.message,
             Contains("(5 in flight)") && Contains("0 others wait") && !Contains("answering"));
  auto unnamed = slot("a", 1s);
  unnamed.key = nullptr;
  CHECK_THAT(refuse(12s, {{unnamed, slot("b", 1ns), slot("c", 0s)}, 0}).reason.message,
             Contains("answering an unnamed key for 1 s, b for system-assigned for 0 ms") &&
                 !Contains("more"));
}

TEST_CASE(
    "a request that waits for the end of another is refused until the first of them times out") {
  const auto told = refuse(until_one_ends, {{slot("a", 1s, 9s), slot("b", 2s, 4s)}, 0});
  CHECK(told.wait == 10s);
  CHECK(told.reason.retry_after == 4s);
  CHECK(refuse(until_one_ends, {{slot("a", 1s, 0s)}, 0}).reason.retry_after == 1ms);
  CHECK(refuse(until_one_ends, {}).reason.retry_after == 0ms);
}

TEST_CASE("a refusal counts at least until the deadline, and no deadline is before now") {
  CHECK(refuse(2s, {}).wait == 10s);
  host_budget budget{{5, 20}};
  CHECK(refusal({1, now - 1s, until_one_ends}, budget, {}, now).wait == 0s);
}

TEST_CASE(
    "a request whose deadline is before the end of the pause fails with the host's last failure") {
  host_budget budget{{5, 20}};
  auto failure = make_error(errc::throttled, "the host throttles");
  budget.throttled(now, failure, 20s);
  const auto told = refusal({1, now + 10s, 20s}, budget, {}, now);
  CHECK(told.wait == 20'100ms);
  CHECK(told.reason.code == errc::throttled);
  CHECK(told.reason.message == "the host throttles; it is asked again in 20 s");
  CHECK(told.reason.retry_after == 20s);
  // One that could wait for the end of the pause is refused for the limits.
  CHECK(refusal({1, now + 21s, 22s}, budget, {}, now).reason.code == errc::host_busy);
  CHECK(refusal({1, now + 20'100ms, 22s}, budget, {}, now).reason.code == errc::throttled);
}

TEST_CASE("a request whose deadline passes during a pause of the host gets the host's failure") {
  host_budget budget{{5, 20}};
  const auto later = now + 250ms;
  SECTION("after failures") {
    for (int i = 0; i < 3; ++i) {
      budget.failed(now, make_error(errc::unreachable, "connection refused"), {}, 0.0);
    }
    const auto told = refusal({1, later, 0s, now}, budget, {}, later);
    CHECK(told.wait == 0s);
    CHECK(told.reason.code == errc::unreachable);
    CHECK(told.reason.message == "connection refused, the last of 3 failures in a row");
    CHECK_FALSE(told.reason.retry_after);
    budget.succeeded(later);
    CHECK(refusal({1, later, 0s, now}, budget, {}, later).reason.code == errc::host_busy);
  }
  SECTION("after a 429") {
    budget.throttled(now, make_error(errc::throttled, "the host throttles"), {});
    CHECK(refusal({1, now + 1s, 0s, now}, budget, {}, now + 1s).reason.code == errc::throttled);
    // It came after that pause.
    CHECK(refusal({1, now + 3s, 0s, now + 2s}, budget, {}, now + 3s).reason.code ==
          errc::host_busy);
  }
}

TEST_CASE("the failures in a row are counted to the caller") {
  host_budget budget{{5, 20}};
  for (int i = 0; i < 3; ++i) {
    budget.failed(now, make_error(errc::service_unavailable, "the host fails"), {}, 0.0);
  }
  const auto told = refusal({1, now + 100ms, 250ms}, budget, {}, now);
  CHECK(told.reason.message ==
        "the host fails, the last of 3 failures in a row; it is asked again in 250 ms");
}

}  // namespace admission_refusal_test
