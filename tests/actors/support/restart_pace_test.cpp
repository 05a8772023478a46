#include "actors/support/restart_pace.hpp"

#include "tests/support/catch.hpp"

namespace restart_pace_test {

using namespace std::chrono_literals;
using namespace midas::internal;

TEST_CASE("the first restart follows at once, and the pauses double up to a limit") {
  restart_pace pace;
  const restart_pace::time_point now{1h};
  pace.started(now);
  CHECK(pace.ended(now) == 0ms);
  for (auto pause = 100ms; pause < 30s; pause *= 2) {
    pace.started(now);
    CHECK(pace.ended(now) == pause);
  }
  CHECK(pace.ended(now) == 30s);
  CHECK(pace.ended(now) == 30s);
}

TEST_CASE("an actor that has run for a while is restarted without a pause") {
  restart_pace pace;
  restart_pace::time_point now{1h};
  pace.started(now);
  CHECK(pace.ended(now) == 0ms);
  pace.started(now);
  CHECK(pace.ended(now + 60s) == 100ms);
  now += 70s;
  pace.started(now);
  CHECK(pace.ended(now + 61s) == 0ms);
  CHECK(pace.ended(now + 61s) == 0ms);
}

}  // namespace restart_pace_test
