#include "actors/policies/rate_limit.hpp"

#include "tests/support/catch.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace rate_limit_test {

using namespace std::chrono_literals;
using midas::internal::rate_limit;
using midas::internal::rate_window;

namespace {

const rate_limit::time_point start{1'000s};

}  // namespace

TEST_CASE("requests are sent immediately while the limits are not reached") {
  rate_limit limit{{2, 0}};
  CHECK(limit.next_admission(start) == start);
  limit.begin(start);
  CHECK(limit.next_admission(start) == start);
}

TEST_CASE("a request beyond max_in_flight waits until one in flight ends") {
  rate_limit limit{{2, 0}};
  limit.begin(start);
  limit.begin(start);
  CHECK(limit.next_admission(start + 1h) == rate_limit::time_point::max());
  limit.end();
  CHECK(limit.next_admission(start + 1h) == start + 1h);
}

TEST_CASE("a request beyond max_per_second waits until the first one has left the window") {
  rate_limit limit{{100, 3}};
  limit.begin(start);
  limit.begin(start + 200ms);
  limit.begin(start + 300ms);
  const auto turn = start + rate_window;
  CHECK(limit.next_admission(start + 400ms) == turn);
  CHECK(limit.next_admission(turn) == turn);
  limit.begin(turn);
  CHECK(limit.next_admission(turn) == turn + 200ms);
}

TEST_CASE("no window of a second holds more requests than the limit, however they arrive") {
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

TEST_CASE("a limit of 0 in flight admits one request, so that no request waits forever") {
  rate_limit limit{{0, 0}};
  CHECK(limit.next_admission(start) == start);
}

namespace {

// How many requests are admitted at `now` if they stay in flight, up to a thousand.
std::size_t at_once(rate_limit limit, rate_limit::time_point now) {
  std::size_t count = 0;
  for (; count < 1'000 && limit.next_admission(now) <= now; ++count) {
    limit.begin(now);
  }
  return count;
}

// How many requests are admitted at `now` if each ends immediately, up to a thousand.
std::size_t in_a_second(rate_limit limit, rate_limit::time_point now) {
  std::size_t count = 0;
  for (; count < 1'000 && limit.next_admission(now) <= now; ++count) {
    limit.begin(now);
    limit.end();
  }
  return count;
}

// One request is answered with 429 at `now`.
rate_limit::time_point refuse(rate_limit& limit, rate_limit::time_point now,
                              std::optional<std::chrono::milliseconds> retry_after = {}) {
  limit.begin(now);
  limit.end();
  return limit.throttled(now, retry_after);
}

}  // namespace

TEST_CASE("after a 429 no request is sent for a second, or for the Retry-After of up to a minute") {
  const auto pause = [](std::optional<std::chrono::milliseconds> retry_after) {
    rate_limit limit{{5, 20}};
    const auto until = refuse(limit, start, retry_after);
    CHECK(limit.next_admission(start) == until);
    CHECK(limit.next_admission(until - 1ns) == until);
    CHECK(limit.next_admission(until) == until);
    return until - start;
  };
  CHECK(pause({}) == 1s);
  CHECK(pause(0ms) == 1s);
  CHECK(pause(-5s) == 1s);
  CHECK(pause(999ms) == 1s);
  CHECK(pause(1'500ms) == 1'500ms);
  CHECK(pause(60s) == 60s);
  CHECK(pause(24h) == 60s);
}

TEST_CASE("a 429 halves both limits, but not below 1") {
  rate_limit limit{{8, 20}};
  auto now = start;
  std::vector<std::size_t> at_once_seen;
  std::vector<std::size_t> in_a_second_seen;
  for (int i = 0; i < 6; ++i) {
    // A window later, so that the throttled requests do not count.
    now = refuse(limit, now) + 100ms;
    at_once_seen.push_back(at_once(limit, now));
    in_a_second_seen.push_back(in_a_second(limit, now));
  }
  CHECK(at_once_seen == std::vector<std::size_t>{4, 2, 1, 1, 1, 1});
  CHECK(in_a_second_seen == std::vector<std::size_t>{10, 5, 2, 1, 1, 1});
}

TEST_CASE("the limits double with every second without another 429, up to the original ones") {
  rate_limit limit{{8, 20}};
  auto now = start;
  for (int i = 0; i < 5; ++i) {
    now = refuse(limit, now);
  }
  CHECK(at_once(limit, now + 999ms) == 1);
  CHECK(in_a_second(limit, now + 999ms) == 1);
  std::vector<std::size_t> at_once_seen;
  std::vector<std::size_t> in_a_second_seen;
  for (int i = 1; i <= 6; ++i) {
    // A copy each, as if the limit had not been read in between.
    at_once_seen.push_back(at_once(limit, now + i * 1s));
    in_a_second_seen.push_back(in_a_second(limit, now + i * 1s));
  }
  CHECK(at_once_seen == std::vector<std::size_t>{2, 4, 8, 8, 8, 8});
  CHECK(in_a_second_seen == std::vector<std::size_t>{2, 4, 8, 16, 20, 20});
}

TEST_CASE("another 429 delays the doubling of the limits") {
  rate_limit limit{{8, 0}};
  refuse(limit, start);
  const auto until = refuse(limit, start + 1'500ms);
  CHECK(until == start + 2'500ms);
  CHECK(at_once(limit, start + 3'499ms) == 2);
  CHECK(at_once(limit, start + 3'500ms) == 4);
  CHECK(at_once(limit, start + 4'500ms) == 8);
}

TEST_CASE("a 429 that comes late halves the limits as they are by then") {
  rate_limit limit{{8, 16}};
  limit.begin(start);
  limit.throttled(start, {});
  limit.throttled(start + 10s, {});
  CHECK(limit.max_in_flight(start + 10s) == 4);
}

TEST_CASE("the 429s of requests that were in flight together count as one") {
  rate_limit limit{{8, 20}};
  for (int i = 0; i < 8; ++i) {
    limit.begin(start);
  }
  auto now = start;
  auto until = now;
  for (int i = 0; i < 8; ++i) {
    now += 100ms;
    limit.end();
    until = limit.throttled(now, std::nullopt);
    CHECK(until == now + 1s);
  }
  CHECK(at_once(limit, until + 500ms) == 4);
  CHECK(in_a_second(limit, until + 500ms) == 10);
}

TEST_CASE("a shorter Retry-After does not shorten a pause") {
  rate_limit limit{{8, 20}};
  const auto until = refuse(limit, start, 30s);
  CHECK(refuse(limit, start + 1s, 2s) == until);
  CHECK(limit.next_admission(start + 4s) == until);
}

TEST_CASE("without a limit, a 429 allows half of the requests that were in flight") {
  rate_limit limit{{rate_limit::unlimited, 0}};
  for (int i = 0; i < 10; ++i) {
    limit.begin(start);
  }
  CHECK(limit.next_admission(start) == start);
  limit.end();
  const auto until = limit.throttled(start, std::nullopt);
  while (limit.next_admission(until) > until) {
    limit.end();
  }
  // Four of the nine are in flight, so that a fifth is admitted.
  CHECK(at_once(limit, until) == 1);
  CHECK(at_once(limit, until + 1s) == 6);
  CHECK(at_once(limit, until + 24h) == 1'000);
}

TEST_CASE("requests that hang delay others only while the limits are lowered") {
  rate_limit limit{{4, 0}};
  for (int i = 0; i < 3; ++i) {
    limit.begin(start);
  }
  limit.end();
  const auto until = limit.throttled(start, std::nullopt);
  CHECK(limit.next_admission(until + 999ms) == until + 1s);
  CHECK(limit.next_admission(until + 1s) == until + 1s);
}

TEST_CASE("the limits double as time passes, even if they are not read meanwhile") {
  rate_limit limit{{8, 0}};
  for (int i = 0; i < 6; ++i) {
    limit.begin(start);
  }
  limit.end();
  limit.throttled(start, std::nullopt);
  limit.end();
  const auto until = limit.throttled(start + 1s, std::nullopt);
  // Four are in flight; two are allowed, then four, then eight.
  CHECK(limit.next_admission(until + 2s) == until + 2s);
}

TEST_CASE("the wait behind other requests takes into account that the limits double") {
  rate_limit limit{{8, 16}};
  auto now = start;
  for (int i = 0; i < 5; ++i) {
    now = refuse(limit, now);
  }
  // One in the first second, two in the next, then 4, 8 and 16.
  CHECK(limit.earliest_admission(0, now + 100ms) == now + 100ms);
  CHECK(limit.earliest_admission(2, now + 100ms) >= now + 1s);
  CHECK(limit.earliest_admission(2, now + 100ms) < now + 2s);
  CHECK(limit.earliest_admission(1'000, now) <= now + 20s + 1'000 / 16 * rate_window);
  CHECK(limit.earliest_admission(100, now) <= now + 20s);
}

}  // namespace rate_limit_test
