#include <midas/actors/rate_limit.hpp>

#include <catch2/catch.hpp>

#include <deque>

using namespace std::chrono_literals;
using midas::rate_limit;

namespace {

const rate_limit::time_point start{1'000s};

}  // namespace

TEST_CASE("requests go at once while the limits leave room") {
  rate_limit limit{{2, 0}};
  CHECK(limit.next_admission(start) == start);
  limit.begin(start);
  CHECK(limit.next_admission(start) == start);
}

TEST_CASE("a request waits for one in flight to end when as many as may are in flight") {
  rate_limit limit{{2, 0}};
  limit.begin(start);
  limit.begin(start);
  CHECK(limit.next_admission(start + 1h) == rate_limit::time_point::max());
  limit.end();
  CHECK(limit.next_admission(start + 1h) == start + 1h);
}

TEST_CASE("the request after a full second's worth waits until the first of them is a second old") {
  rate_limit limit{{100, 3}};
  limit.begin(start);
  limit.begin(start + 200ms);
  limit.begin(start + 300ms);
  CHECK(limit.next_admission(start + 400ms) == start + 1s);
  CHECK(limit.next_admission(start + 1s) == start + 1s);
  limit.begin(start + 1s);
  CHECK(limit.next_admission(start + 1s) == start + 1200ms);
}

TEST_CASE("no window of a second ever holds more than the limit, however requests come") {
  rate_limit limit{{1'000, 20}};
  std::deque<rate_limit::time_point> window;
  auto now = start;
  for (int i = 0; i < 5'000; ++i) {
    now = std::max(now + std::chrono::milliseconds{i * 7919 % 83}, limit.next_admission(now));
    limit.begin(now);
    limit.end();
    window.push_back(now);
    while (window.front() + 1s <= now) {
      window.pop_front();
    }
    REQUIRE(window.size() <= 20);
  }
}

TEST_CASE("a limit of none in flight still lets one through, so that nothing waits for ever") {
  rate_limit limit{{0, 0}};
  CHECK(limit.next_admission(start) == start);
}
