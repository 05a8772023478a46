#include "actors/policies/timer_queue.hpp"

#include "tests/support/catch.hpp"

namespace timer_queue_test {

using namespace std::chrono_literals;

namespace {

using queue = midas::internal::timer_queue<int>;
const queue::time_point start{1'000s};

}  // namespace

TEST_CASE("timers become due in the order of their time") {
  queue alarms;
  CHECK(alarms.next() == std::nullopt);
  alarms.set(1, start + 3s);
  alarms.set(2, start + 1s);
  alarms.set(3, start + 2s);
  CHECK(alarms.next() == start + 1s);
  CHECK(alarms.take_due(start).empty());
  CHECK(alarms.take_due(start + 2s) == std::vector{2, 3});
  CHECK(alarms.next() == start + 3s);
  CHECK(alarms.take_due(start + 1h) == std::vector{1});
  CHECK(alarms.next() == std::nullopt);
}

TEST_CASE("each subject has one timer, the last that was set") {
  queue alarms;
  alarms.set(1, start + 1s);
  alarms.set(1, start + 5s);
  CHECK(alarms.time_of(1) == start + 5s);
  CHECK(alarms.take_due(start + 2s).empty());
  alarms.set(1, start + 3s);
  CHECK(alarms.take_due(start + 3s) == std::vector{1});
  CHECK(alarms.time_of(1) == std::nullopt);
  CHECK(alarms.take_due(start + 1h).empty());
}

TEST_CASE("a canceled timer does not become due; the others do") {
  queue alarms;
  alarms.set(1, start);
  alarms.set(2, start);
  alarms.cancel(1);
  alarms.cancel(3);
  CHECK(alarms.take_due(start) == std::vector{2});
}

}  // namespace timer_queue_test
