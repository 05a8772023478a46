// For any failures in any order: no more retries than allowed, none too early, none too late.
#include "actors/policies/deadline.hpp"
#include "actors/policies/retry_policy.hpp"
#include "tests/support/catch.hpp"
#include "transport/hosts/host_registry.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace retry_policy_property_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using time_point = retry_policy::time_point;

namespace {

identity_host any_host() {
  // Favors IMDS, which has its own schedule.
  const auto all = identity_hosts();
  return *rc::gen::oneOf(rc::gen::just(identity_host::imds),
                         rc::gen::elementOf(std::vector<identity_host>(all.begin(), all.end())));
}

double any_jitter() { return *rc::gen::inRange(0, 1'000'000) / 1e6; }

error any_failure() {
  error result;
  result.code = *rc::gen::element(errc::service_unavailable, errc::throttled, errc::unreachable,
                                  errc::request_timeout, errc::request_rejected);
  result.http_status = *rc::gen::weightedOneOf<int>(
      {{6, rc::gen::element(404, 408, 410, 410, 410, 429, 500, 502, 503, 504)},
       {1, rc::gen::just(0)},
       {1, rc::gen::inRange(100, 600)}});
  if (*rc::gen::inRange(0, 3) == 0) {
    result.retry_after = milliseconds{*rc::gen::inRange(-1'000, 100'000)};
  }
  return result;
}

retry_policy::decision decide(retry_policy& policy, const error& failure, time_point now,
                              time_point latest, double jitter) {
  return policy.after({failure, false, now, now, latest, jitter});
}

}  // namespace

TEST_CASE("for any failures, no acquisition has more retries than max_retries") {
  std::size_t max_seen = 0;
  CHECK(rc::check("number of retries", [&max_seen] {
    const auto max_retries = *rc::gen::inRange<std::size_t>(0, 9);
    retry_policy policy{profile_of(any_host()), {max_retries}};
    time_point now{0s};
    std::size_t retries = 0;
    for (int i = 0; i < 24; ++i) {
      if (*rc::gen::inRange(0, 12) == 0) {
        policy.begin();
        retries = 0;
      }
      const auto decision = decide(policy, any_failure(), now, time_point::max(), any_jitter());
      retries += decision.retry ? 1 : 0;
      RC_ASSERT(retries <= max_retries);
      now = decision.next;
    }
    max_seen = std::max(max_seen, retries);
  }));
  // Otherwise the failures were too mixed to reach the limit.
  CHECK(max_seen >= 5);
}

TEST_CASE("for any failures, every retry is after its pause and before the last deadline") {
  int planned = 0;
  CHECK(rc::check("time of retries", [&planned] {
    const auto host = any_host();
    retry_policy policy{profile_of(host), {}};
    time_point now{std::chrono::seconds{*rc::gen::inRange(0, 1'000'000)}};
    for (int i = 0; i < 8; ++i) {
      const auto failure = any_failure();
      const auto latest = now + milliseconds{*rc::gen::inRange(-1'000, 120'000)} +
                          std::chrono::nanoseconds{*rc::gen::inRange(0, 3)};
      const auto decision = decide(policy, failure, now, latest, any_jitter());
      const bool updating = host == identity_host::imds && failure.http_status == 410;
      const milliseconds shortest = updating ? 10s : 1s;
      const milliseconds longest = updating ? 10s : 4s;
      const auto asked = std::min<milliseconds>(failure.retry_after.value_or(0ms), 60s);
      // A failure that is not retried determines the earliest next attempt of any caller.
      RC_ASSERT(decision.next >= now + std::max(shortest, asked));
      RC_ASSERT(decision.next < now + std::max(longest, asked) + longest);
      if (decision.retry) {
        ++planned;
        RC_ASSERT(decision.next + min_time_after_pause < latest);
        now = decision.next;
      }
    }
  }));
  CHECK(planned > 0);
}

TEST_CASE("a larger jitter never makes a retry earlier") {
  CHECK(rc::check("retries are monotonic in the jitter", [] {
    retry_policy policy{profile_of(any_host()), {}};
    const time_point now{1'000s};
    for (int i = 0; i < 4; ++i) {
      const auto failure = any_failure();
      const auto latest = now + milliseconds{*rc::gen::inRange(1'000, 30'000)};
      const auto one = any_jitter();
      const auto two = any_jitter();
      auto same = policy;
      const auto early = decide(policy, failure, now, latest, std::min(one, two));
      const auto late = decide(same, failure, now, latest, std::max(one, two));
      // The jitter must not decide whether there is a retry.
      RC_ASSERT(early.retry == late.retry);
      RC_ASSERT(early.next <= late.next);
    }
  }));
}

TEST_CASE("a later deadline never removes a retry") {
  CHECK(rc::check("retries are monotonic in the deadline", [] {
    retry_policy policy{profile_of(any_host()), {}};
    const time_point now{1'000s};
    const auto failure = any_failure();
    const auto latest = now + milliseconds{*rc::gen::inRange(0, 80'000)};
    const auto later = latest + milliseconds{*rc::gen::inRange(0, 80'000)};
    auto same = policy;
    const auto next = decide(policy, failure, now, latest, any_jitter());
    const auto next_of_later = decide(same, failure, now, later, any_jitter());
    RC_ASSERT(!next.retry || next_of_later.retry);
  }));
}

}  // namespace retry_policy_property_test
