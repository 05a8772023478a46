#include "actors/policies/cache_timers.hpp"

#include "tests/support/catch.hpp"

namespace cache_timers_test {

using namespace std::chrono_literals;
using midas::internal::boot_clock;

namespace {

using timers = midas::internal::cache_timers<int>;
const timers::time_point start{1'000s};
const boot_clock::time_point booted{9'000s};
constexpr auto no_refresh = std::nullopt;

}  // namespace

TEST_CASE("without timers no message is needed") {
  timers all;
  CHECK_FALSE(all.arm(start, booted, no_refresh));
  CHECK_FALSE(all.take_sweep(start));
}

TEST_CASE("one message serves all timers, and an earlier timer needs another") {
  timers all;
  all.deadlines.set(1, start + 30s);
  CHECK(all.arm(start, booted, no_refresh) == 30s);
  CHECK_FALSE(all.arm(start, booted, no_refresh));
  all.deadlines.set(2, start + 40s);
  CHECK_FALSE(all.arm(start, booted, booted + 50s));
  CHECK(all.arm(start, booted, booted + 20s) == 20s);
  all.sweep_by(start + 10s);
  CHECK(all.arm(start + 1s, booted + 1s, booted + 20s) == 9s);
  CHECK_FALSE(all.arm(start + 1s, booted + 1s, booted + 20s));
}

TEST_CASE("once a message has arrived, the next timer needs another") {
  timers all;
  all.deadlines.set(1, start + 1s);
  all.deadlines.set(2, start + 3s);
  CHECK(all.arm(start, booted, no_refresh) == 1s);
  all.woken(start + 1s);
  CHECK(all.deadlines.take_due(start + 1s) == std::vector{1});
  CHECK(all.arm(start + 1s, booted + 1s, no_refresh) == 2s);
  // One that was sent for a timer that is gone.
  all.woken(start + 2s);
  CHECK_FALSE(all.arm(start + 2s, booted + 2s, no_refresh));
}

TEST_CASE("a refresh that became due while the machine was suspended needs a message at once") {
  timers all;
  CHECK(all.arm(start, booted + 2h, booted + 1h) == 0s);
}

TEST_CASE("a sweep is taken once, at the earliest time that was requested") {
  timers all;
  all.sweep_by(start + 10s);
  all.sweep_by(start + 20s);
  CHECK_FALSE(all.take_sweep(start + 9s));
  CHECK(all.take_sweep(start + 10s));
  CHECK_FALSE(all.take_sweep(start + 30s));
  all.sweep_by(start + 40s);
  CHECK(all.take_sweep(start + 40s));
}

}  // namespace cache_timers_test
