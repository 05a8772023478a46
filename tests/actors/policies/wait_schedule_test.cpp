#include "actors/policies/wait_schedule.hpp"

#include "tests/support/catch.hpp"

#include <vector>

namespace wait_schedule_test {

using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

constexpr wait_schedule::time_point start{1h};

}  // namespace

TEST_CASE("reports follow after one second, then after pauses that double up to half a minute") {
  wait_schedule schedule;
  auto now = start;
  auto timer = schedule.begin(now);
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 8; ++i) {
    REQUIRE(timer);
    pauses.push_back(timer->delay);
    now += timer->delay;
    const auto step = schedule.fire(timer->number, true, now);
    CHECK(step.reports);
    timer = step.next;
  }
  CHECK(pauses == std::vector<std::chrono::nanoseconds>{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s});
}

TEST_CASE("acquisitions that follow each other share one timer") {
  wait_schedule schedule;
  const auto timer = schedule.begin(start);
  REQUIRE(timer);
  CHECK_FALSE(schedule.begin(start + 100ms));
  CHECK_FALSE(schedule.begin(start + 200ms));
  // It was set for the first one, and is set again for the last one.
  const auto step = schedule.fire(timer->number, true, start + 1s);
  CHECK_FALSE(step.reports);
  REQUIRE(step.next);
  CHECK(step.next->delay == 200ms);
  CHECK(schedule.fire(step.next->number, true, start + 1'200ms).reports);
}

TEST_CASE("a timer that fires without an acquisition is not set again") {
  wait_schedule schedule;
  const auto timer = schedule.begin(start);
  const auto step = schedule.fire(timer->number, false, start + 1s);
  CHECK_FALSE(step.reports);
  CHECK_FALSE(step.next);
  CHECK(schedule.begin(start + 5s)->delay == 1s);
}

TEST_CASE("the next acquisition does not wait for the long pause of the one before") {
  wait_schedule schedule;
  auto now = start;
  auto timer = schedule.begin(now);
  for (int i = 0; i < 5; ++i) {
    now += timer->delay;
    timer = schedule.fire(timer->number, true, now).next;
  }
  REQUIRE(timer->delay == 30s);
  const auto sooner = schedule.begin(now + 1s);
  REQUIRE(sooner);
  CHECK(sooner->delay == 1s);
  // The timer of the earlier acquisition is ignored.
  const auto late = schedule.fire(timer->number, true, now + 30s);
  CHECK_FALSE(late.reports);
  CHECK_FALSE(late.next);
}

}  // namespace wait_schedule_test
