// Whatever is requested and answered, and when: the host never receives more requests than it
// allows, and no predicted wait is longer than necessary.
#include "actors/policies/rate_limit.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace rate_limit_property_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using time_point = rate_limit::time_point;

namespace {

// A rate limit, and what its user knows about it.
struct limited_host {
  host_limits limits{*rc::gen::inRange<std::size_t>(1, 8), *rc::gen::inRange<std::size_t>(0, 25)};
  rate_limit limit{limits};
  time_point now{1'000s};
  std::vector<time_point> begun{};
  std::size_t in_flight = 0;
  time_point closed_until = time_point::min();
  std::size_t complaints = 0;

  bool try_begin() {
    if (limit.next_admission(now) > now) {
      return false;
    }
    limit.begin(now);
    begun.push_back(now);
    ++in_flight;
    return true;
  }

  void end() {
    limit.end();
    --in_flight;
  }

  void complain() {
    end();
    std::optional<milliseconds> retry_after;
    if (*rc::gen::inRange(0, 3) == 0) {
      retry_after = milliseconds{*rc::gen::inRange(-1'000, 5'000)};
    }
    closed_until = limit.throttled(now, retry_after);
    ++complaints;
  }

  [[nodiscard]] std::size_t begun_since(time_point after) const {
    return static_cast<std::size_t>(begun.end() -
                                    std::upper_bound(begun.begin(), begun.end(), after));
  }

  void do_something(bool with_complaints) {
    switch (*rc::gen::inRange(0, with_complaints ? 12 : 11)) {
      case 0:
      case 1:
      case 2:
        now += milliseconds{*rc::gen::inRange(0, 200)};
        break;
      case 3:
        now += milliseconds{*rc::gen::inRange(0, 3'000)};
        break;
      case 4:
      case 5:
      case 6:
        if (in_flight > 0) {
          end();
        }
        break;
      case 11:
        if (in_flight > 0) {
          complain();
        }
        break;
      default:
        try_begin();
    }
  }
};

// When the last of `count` requests is sent, if each is sent as soon as possible and ends
// immediately. Asks again every few milliseconds, since the limits double with time.
time_point turn_of_last(rate_limit limit, std::size_t in_flight, std::size_t count,
                        time_point now) {
  for (; in_flight > 0; --in_flight) {
    limit.end();
  }
  for (;;) {
    const auto next = limit.next_admission(now);
    if (next > now) {
      now = std::min(next, now + 10ms);
      continue;
    }
    if (--count == 0) {
      return now;
    }
    limit.begin(now);
    limit.end();
  }
}

}  // namespace

TEST_CASE("a host never receives more requests, in flight or per second, than its limits allow") {
  std::size_t max_begun = 0;
  CHECK(rc::check("limits", [&max_begun] {
    limited_host host;
    for (int i = 0; i < 400; ++i) {
      const auto before = host.begun.size();
      host.do_something(true);
      RC_ASSERT(host.in_flight <= host.limits.max_in_flight);
      if (host.limits.max_per_second != 0) {
        RC_ASSERT(host.begun_since(host.now - 1s) <= host.limits.max_per_second);
      }
      if (host.begun.size() != before) {
        RC_ASSERT(host.now >= host.closed_until);
      }
    }
    max_begun = std::max(max_begun, host.begun.size());
  }));
  // Otherwise hardly any request was sent.
  CHECK(max_begun > 50);
}

TEST_CASE("without a 429, a request waits only as long as necessary") {
  CHECK(rc::check("admission", [] {
    limited_host host;
    for (int i = 0; i < 200; ++i) {
      host.do_something(false);
      const auto next = host.limit.next_admission(host.now);
      if (host.in_flight == host.limits.max_in_flight) {
        RC_ASSERT(next == time_point::max());
        continue;
      }
      const auto most = host.limits.max_per_second;
      const bool room = most == 0 || host.begun_since(host.now - rate_window) < most;
      // The first request of a full window leaves it after exactly one window.
      RC_ASSERT(next == (room ? host.now : host.begun[host.begun.size() - most] + rate_window));
    }
  }));
}

TEST_CASE("the earliest admission is exact if only max_per_second limits it") {
  CHECK(rc::check("turns", [] {
    limited_host host;
    for (int i = *rc::gen::inRange(0, 100); i > 0; --i) {
      host.do_something(false);
    }
    const auto ahead = *rc::gen::inRange<std::size_t>(0, 70);
    RC_ASSERT(host.limit.earliest_admission(ahead, host.now) ==
              turn_of_last(host.limit, host.in_flight, ahead + 1, host.now));
  }));
}

TEST_CASE("a request is never admitted before the earliest admission, with or without 429s") {
  std::size_t narrowed = 0;
  CHECK(rc::check("lower bound of turns", [&narrowed] {
    limited_host host;
    for (int i = *rc::gen::inRange(0, 200); i > 0; --i) {
      host.do_something(true);
    }
    narrowed += host.complaints > 0 ? 1 : 0;
    const auto ahead = *rc::gen::inRange<std::size_t>(0, 70);
    const auto predicted = host.limit.earliest_admission(ahead, host.now);
    RC_ASSERT(predicted >= host.now);
    RC_ASSERT(predicted >= host.closed_until);
    RC_ASSERT(predicted <= turn_of_last(host.limit, host.in_flight, ahead + 1, host.now));
  }));
  CHECK(narrowed > 0);
}

TEST_CASE("a request behind more others is not admitted earlier") {
  CHECK(rc::check("order of turns", [] {
    limited_host host;
    for (int i = *rc::gen::inRange(0, 200); i > 0; --i) {
      host.do_something(true);
    }
    auto last = host.now;
    for (std::size_t ahead = 0; ahead < 60; ++ahead) {
      const auto predicted = host.limit.earliest_admission(ahead, host.now);
      RC_ASSERT(predicted >= last);
      last = predicted;
    }
  }));
}

TEST_CASE("a request may be sent at the time that next_admission() returned") {
  CHECK(rc::check("promises", [] {
    limited_host host;
    for (int i = 0; i < 200; ++i) {
      host.do_something(true);
      const auto next = host.limit.next_admission(host.now);
      if (next == time_point::max()) {
        continue;
      }
      RC_ASSERT(next >= host.now);
      auto then = host.limit;
      // Later, if the requests in flight also fill the limits that have doubled by then.
      RC_ASSERT(then.next_admission(next) >= next);
      auto earlier = host.limit;
      if (next > host.now) {
        RC_ASSERT(earlier.next_admission(next - 1ns) > next - 1ns);
      }
    }
  }));
}

TEST_CASE("without further 429s, the original limits are restored") {
  CHECK(rc::check("recovery", [] {
    limited_host host;
    for (int i = 0; i < 200; ++i) {
      host.do_something(true);
    }
    while (host.in_flight > 0) {
      host.end();
    }
    // From 1, the largest of these limits takes five doublings.
    host.now = std::max(host.now, host.closed_until) + 5s;
    rate_limit fresh{host.limits};
    for (std::size_t i = 0; i < 40; ++i) {
      const auto next = host.limit.next_admission(host.now);
      RC_ASSERT(next == fresh.next_admission(host.now));
      if (next > host.now) {
        break;
      }
      host.limit.begin(host.now);
      fresh.begin(host.now);
    }
  }));
}

}  // namespace rate_limit_property_test
