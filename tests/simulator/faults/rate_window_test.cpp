#include "simulator/faults/rate_window.hpp"

#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using time_point = rate_window::time_point;

namespace {

constexpr time_point first_arrival{1h};

/// The arrivals that are admitted.
std::vector<time_point> admitted(std::size_t limit, const std::vector<time_point>& arrivals) {
  rate_window window(limit);
  std::vector<time_point> result;
  std::copy_if(arrivals.begin(), arrivals.end(), std::back_inserter(result),
               [&](time_point when) { return window.admit(when); });
  return result;
}

}  // namespace

TEST_CASE("a rate window admits its limit at once and the next request a second later") {
  rate_window window(3);
  CHECK(window.admit(first_arrival));
  CHECK(window.admit(first_arrival));
  CHECK(window.admit(first_arrival + 400ms));
  CHECK_FALSE(window.admit(first_arrival + 400ms));
  CHECK_FALSE(window.admit(first_arrival + 1s - 1ns));
  CHECK(window.admit(first_arrival + 1s));
  CHECK(window.admit(first_arrival + 1s));
  CHECK_FALSE(window.admit(first_arrival + 1s));
  CHECK_FALSE(window.admit(first_arrival + 1400ms - 1ns));
  CHECK(window.admit(first_arrival + 1400ms));
}

TEST_CASE("refused requests do not count in a rate window") {
  rate_window window(1);
  CHECK(window.admit(first_arrival));
  for (auto late = 1ms; late < 1s; late += 1ms) {
    REQUIRE_FALSE(window.admit(first_arrival + late));
  }
  CHECK(window.admit(first_arrival + 1s));
}

TEST_CASE("a rate window without a limit admits everything") {
  rate_window window(0);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(window.admit(first_arrival));
  }
}

TEST_CASE(
    "no second of any sequence of arrivals exceeds the limit, and no request is refused without "
    "need") {
  CHECK(rc::check([] {
    const auto limit = *rc::gen::inRange<std::size_t>(1, 8);
    const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 600));
    std::vector<time_point> arrivals;
    auto now = first_arrival;
    for (const auto gap : gaps) {
      now += std::chrono::milliseconds{gap};
      arrivals.push_back(now);
    }
    const auto taken = admitted(limit, arrivals);
    // The definition: count the requests admitted in the second that ends with each arrival.
    std::vector<time_point> expected;
    for (const auto when : arrivals) {
      const auto recent = std::count_if(expected.begin(), expected.end(),
                                        [&](time_point before) { return when - before < 1s; });
      if (static_cast<std::size_t>(recent) < limit) {
        expected.push_back(when);
      }
    }
    RC_ASSERT(taken == expected);
  }));
}
