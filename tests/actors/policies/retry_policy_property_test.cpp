// For any failures in any order: no more retries than allowed, none too early, none too late.
#include "actors/policies/retry_policy.hpp"
#include "transport/hosts/host_registry.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

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

}  // namespace

TEST_CASE("for any failures, there are no more retries than allowed") {
  std::size_t max_seen = 0;
  CHECK(rc::check("number of retries", [&max_seen] {
    const auto host = any_host();
    retry_policy policy{profile_of(host)};
    std::optional<bool> began_with_410;
    std::size_t retries = 0;
    time_point now{0s};
    const bool updating = *rc::gen::arbitrary<bool>();
    for (int i = 0; i < 16; ++i) {
      auto failure = any_failure();
      if (i == 0 && updating) {
        failure.http_status = 410;
      }
      if (is_transient(profile_of(host), failure) && !began_with_410) {
        began_with_410 = host == identity_host::imds && failure.http_status == 410;
      }
      if (const auto next = policy.next(failure, false, now, time_point::max(), any_jitter())) {
        ++retries;
        now = *next;
      }
    }
    RC_ASSERT(retries <= (began_with_410.value_or(false) ? 7U : 3U));
    max_seen = std::max(max_seen, retries);
  }));
  // Otherwise the failures were too mixed to reach the limit.
  CHECK(max_seen == 7);
}

TEST_CASE("for any failures, every retry is after its pause and before the last deadline") {
  int planned = 0;
  CHECK(rc::check("time of retries", [&planned] {
    const auto host = any_host();
    retry_policy policy{profile_of(host)};
    time_point now{std::chrono::seconds{*rc::gen::inRange(0, 1'000'000)}};
    for (int i = 0; i < 8; ++i) {
      const auto failure = any_failure();
      const auto latest = now + milliseconds{*rc::gen::inRange(-1'000, 120'000)} +
                          std::chrono::nanoseconds{*rc::gen::inRange(0, 3)};
      const auto next = policy.next(failure, false, now, latest, any_jitter());
      if (!next) {
        continue;
      }
      ++planned;
      const bool updating = host == identity_host::imds && failure.http_status == 410;
      const milliseconds shortest = updating ? 10s : 1s;
      const milliseconds longest = updating ? 10s : host == identity_host::imds ? 4s : 1s;
      const auto asked = std::min<milliseconds>(failure.retry_after.value_or(0ms), 60s);
      RC_ASSERT(*next >= now + std::max(shortest, asked));
      RC_ASSERT(*next < now + std::max(longest, asked) + longest);
      RC_ASSERT(*next < latest);
      now = *next;
    }
  }));
  CHECK(planned > 0);
}

TEST_CASE("a larger jitter never makes a retry earlier") {
  CHECK(rc::check("retries are monotonic in the jitter", [] {
    retry_policy policy{profile_of(any_host())};
    const time_point now{1'000s};
    for (int i = 0; i < 4; ++i) {
      const auto failure = any_failure();
      const auto latest = now + milliseconds{*rc::gen::inRange(1'000, 30'000)};
      const auto one = any_jitter();
      const auto two = any_jitter();
      auto same = policy;
      const auto early = policy.next(failure, false, now, latest, std::min(one, two));
      const auto late = same.next(failure, false, now, latest, std::max(one, two));
      // The jitter must not decide whether there is a retry.
      RC_ASSERT(early.has_value() == late.has_value());
      RC_ASSERT(early.value_or(now) <= late.value_or(now));
    }
  }));
}

TEST_CASE("a later deadline never removes a retry") {
  CHECK(rc::check("retries are monotonic in the deadline", [] {
    retry_policy policy{profile_of(any_host())};
    const time_point now{1'000s};
    const auto failure = any_failure();
    const auto latest = now + milliseconds{*rc::gen::inRange(0, 80'000)};
    const auto later = latest + milliseconds{*rc::gen::inRange(0, 80'000)};
    auto same = policy;
    const auto next = policy.next(failure, false, now, latest, any_jitter());
    const auto next_of_later = same.next(failure, false, now, later, any_jitter());
    RC_ASSERT(!next || next_of_later);
  }));
}
