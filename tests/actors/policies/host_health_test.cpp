#include "actors/policies/host_health.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace host_health_test {

using namespace std::chrono_literals;
using midas::internal::host_health;

namespace {

using time_point = host_health::time_point;

const time_point start{1'000s};
constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

std::optional<std::chrono::nanoseconds> fail(host_health& health, time_point now,
                                             const host_health::failure& failure = {}) {
  return health.failed(now, failure, 0);
}

// Three failures in a row.
host_health failing_host() {
  host_health health;
  fail(health, start);
  fail(health, start);
  fail(health, start);
  return health;
}

host_health::failure timeout_of(std::size_t key) { return {key, true, {}}; }

}  // namespace

TEST_CASE("a host is asked without pauses until three requests in a row have failed") {
  host_health health;
  CHECK_FALSE(fail(health, start));
  CHECK_FALSE(fail(health, start));
  CHECK(health.failures(start) == 0);
  CHECK(health.open_at(start) == start);
  CHECK(fail(health, start) == 250ms);
  CHECK(health.failures(start) == 3);
  CHECK(health.open_at(start) == start + 250ms);
  CHECK(health.open_at(start + 1s) == start + 1s);
}

TEST_CASE("a success between failures ends their run") {
  host_health health;
  fail(health, start);
  fail(health, start);
  health.succeeded(start);
  CHECK_FALSE(fail(health, start));
  CHECK_FALSE(fail(health, start));
  CHECK(fail(health, start) == 250ms);
}

TEST_CASE("the pause doubles with each failed probe, up to five seconds") {
  auto health = failing_host();
  auto now = start;
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 6; ++i) {
    now = health.open_at(now);
    health.begin(now);
    pauses.push_back(fail(health, now).value());
  }
  CHECK(pauses == std::vector<std::chrono::nanoseconds>{500ms, 1s, 2s, 4s, 5s, 5s});
  CHECK(health.failures(now) == 9);
}

TEST_CASE("jitter lengthens a pause by up to a quarter") {
  host_health health;
  fail(health, start);
  fail(health, start);
  CHECK(health.failed(start, {}, 1) == 312'500us);
}

TEST_CASE("one success ends the pauses, and the next run of failures begins with a short one") {
  auto health = failing_host();
  health.begin(start + 250ms);
  health.succeeded(start + 300ms);
  CHECK(health.failures(start + 300ms) == 0);
  CHECK(health.open_at(start + 300ms) == start + 300ms);
  CHECK_FALSE(fail(health, start + 1s));
  CHECK_FALSE(fail(health, start + 1s));
  CHECK(fail(health, start + 1s) == 250ms);
}

TEST_CASE("the failures of requests that were in flight together lengthen the pause once") {
  auto health = failing_host();
  CHECK_FALSE(fail(health, start + 10ms));
  CHECK_FALSE(fail(health, start + 249ms));
  CHECK(health.open_at(start + 249ms) == start + 250ms);
  CHECK(fail(health, start + 250ms) == 500ms);
}

TEST_CASE("while a probe is in flight, another follows after a second") {
  auto health = failing_host();
  health.begin(start + 250ms);
  CHECK(health.open_at(start + 250ms) == start + 1'250ms);
  CHECK(fail(health, start + 400ms) == 500ms);
  CHECK(health.open_at(start + 400ms) == start + 900ms);
}

TEST_CASE("a probe that shows nothing of the host makes room for another") {
  auto health = failing_host();
  health.begin(start + 250ms);
  health.ended(start + 300ms);
  CHECK(health.open_at(start + 300ms) == start + 300ms);
  CHECK(health.failures(start + 300ms) == 3);
  health.ended(start + 310ms);
  CHECK(fail(health, start + 310ms) == 500ms);
  health.ended(start + 320ms);
  CHECK(health.open_at(start + 320ms) == start + 810ms);
}

TEST_CASE("a longer Retry-After lengthens the pause, up to a minute") {
  const auto pause = [](std::chrono::milliseconds retry_after) {
    host_health health;
    fail(health, start);
    fail(health, start);
    return fail(health, start, {0, false, retry_after}).value();
  };
  CHECK(pause(100ms) == 250ms);
  CHECK(pause(7s) == 7s);
  CHECK(pause(1h) == 60s);
  CHECK(pause(-1s) == 250ms);
  auto health = failing_host();
  CHECK_FALSE(fail(health, start + 10ms, {0, false, 3s}));
  CHECK(health.open_at(start + 10ms) == start + 3'010ms);
}

TEST_CASE("a key that hangs does not count as a failing host") {
  host_health health;
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(fail(health, start, timeout_of(1)));
  }
  CHECK_FALSE(fail(health, start, timeout_of(2)));
  CHECK_FALSE(fail(health, start, timeout_of(1)));
  CHECK(fail(health, start, timeout_of(3)) == 250ms);
}

TEST_CASE("timeouts of keys that are not known count each") {
  host_health health;
  CHECK_FALSE(fail(health, start, timeout_of(0)));
  CHECK_FALSE(fail(health, start, timeout_of(0)));
  CHECK(fail(health, start, timeout_of(0)) == 250ms);
}

TEST_CASE("after timeouts alone the pause grows only to a second") {
  const auto longest = [](const host_health::failure& last) {
    host_health health;
    fail(health, start, timeout_of(1));
    fail(health, start, timeout_of(2));
    fail(health, start, last);
    std::chrono::nanoseconds result{};
    for (auto now = start; now < start + 1min; now += 10s) {
      health.begin(now + 5s);
      result = fail(health, now + 6s, timeout_of(1)).value();
    }
    return result;
  };
  CHECK(longest(timeout_of(3)) == 1s);
  CHECK(longest({3, false, {}}) == 5s);
}

TEST_CASE("unusable answers are failures, although each looks like a success at first") {
  host_health health;
  const auto unusable = [&health](time_point now) {
    health.succeeded(now);
    return health.found_unusable(now, 0);
  };
  CHECK_FALSE(unusable(start));
  CHECK_FALSE(unusable(start));
  CHECK(unusable(start) == 250ms);
  health.begin(start + 250ms);
  CHECK(unusable(start + 260ms) == 500ms);
  CHECK(health.failures(start + 260ms) == 4);
  CHECK(health.open_at(start + 260ms) == start + 760ms);
}

TEST_CASE("after unusable answers, one that is not reported as unusable ends the pauses") {
  host_health health;
  for (int i = 0; i < 3; ++i) {
    health.succeeded(start);
    health.found_unusable(start, 0);
  }
  health.begin(start + 250ms);
  health.succeeded(start + 250ms);
  CHECK(health.failures(start + 349ms) == 3);
  CHECK(health.open_at(start + 349ms) == start + 350ms);
  CHECK(health.failures(start + 350ms) == 0);
  CHECK(health.open_at(start + 350ms) == start + 350ms);
  CHECK(health.max_in_flight(start + 350ms) == no_limit);
}

TEST_CASE("a host that has not answered recently gets few requests at once, and more each second") {
  host_health health;
  CHECK(health.max_in_flight(start) == 40);
  CHECK(health.next_growth(start) == time_point::max());
  health.begin(start);
  CHECK(health.max_in_flight(start + 999ms) == 40);
  CHECK(health.next_growth(start) == start + 1s);
  CHECK(health.next_growth(start + 1'200ms) == start + 2s);
  CHECK(health.max_in_flight(start + 1s) == 80);
  health.succeeded(start + 2s);
  CHECK(health.max_in_flight(start + 2s) == no_limit);
  CHECK(health.next_growth(start + 2s) == time_point::max());
  CHECK(health.max_in_flight(start + 11'999ms) == no_limit);
  CHECK(health.max_in_flight(start + 12s) == 40);
  health.begin(start + 20s);
  CHECK(health.max_in_flight(start + 20s) == 40);
}

TEST_CASE("each query about a host counts an answer that was not reported as unusable") {
  host_health health;
  for (int i = 0; i < 3; ++i) {
    health.succeeded(start);
    health.found_unusable(start, 0);
  }
  CHECK(health.max_in_flight(start) == 40);
  health.begin(start + 250ms);
  health.succeeded(start + 250ms);
  // Each asks a copy, because a question may change what the next one finds.
  const auto at = start + 350ms;
  const auto asked = [&health] { return host_health{health}; };
  CHECK(asked().failures(at) == 0);
  CHECK(asked().open_at(at) == at);
  CHECK(asked().max_in_flight(at) == no_limit);
  CHECK(asked().next_growth(at) == time_point::max());
  CHECK_FALSE(fail(health, at));
  CHECK(health.failures(at) == 0);
  CHECK(health.max_in_flight(start + 10'349ms) == no_limit);
  CHECK(health.max_in_flight(start + 10'350ms) == 40);
}

TEST_CASE("the next success after a recovery is the one that counts from then on") {
  host_health health;
  health.succeeded(start);
  health.found_unusable(start, 0);
  health.succeeded(start + 1s);
  health.succeeded(start + 5s);
  CHECK(health.max_in_flight(start + 14'999ms) == no_limit);
  CHECK(health.max_in_flight(start + 15s) == 40);
}

TEST_CASE("a host whose last answer was unusable gets few requests at once") {
  host_health health;
  health.succeeded(start);
  CHECK(health.max_in_flight(start) == no_limit);
  health.found_unusable(start + 1ms, 0);
  CHECK(health.max_in_flight(start + 1ms) == 40);
}

TEST_CASE("after a failed probe, the failures of earlier requests do not lengthen the pause") {
  auto health = failing_host();
  health.begin(start + 250ms);
  CHECK(fail(health, start + 300ms) == 500ms);
  CHECK_FALSE(fail(health, start + 310ms));
  CHECK(health.failures(start + 310ms) == 4);
  CHECK(health.open_at(start + 310ms) == start + 800ms);
}

TEST_CASE("a failure during a pause does not move its end unless the host requests more") {
  auto health = failing_host();
  CHECK_FALSE(fail(health, start + 250ms - 1us));
  CHECK(health.open_at(start + 250ms - 1us) == start + 250ms);
}

}  // namespace host_health_test
