#include "actors/policies/refresh_policy.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <optional>
#include <vector>

namespace refresh_policy_test {

using namespace std::chrono_literals;
using midas::token_grant;
using midas::internal::boot_clock;
using midas::internal::clock_reading;
using midas::internal::refresh_on;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

const clock_reading now{std::chrono::sys_seconds{1'900'000'000s}, boot_clock::time_point{5'000s}};

token_grant grant_for(seconds life, std::optional<seconds> refresh_in = {}) {
  token_grant grant;
  grant.expires_on = now.wall + life;
  if (refresh_in) {
    grant.refresh_on = now.wall + *refresh_in;
  }
  return grant;
}

midas::internal::token_validity validity(seconds life, std::optional<seconds> refresh_in = {},
                                         double jitter = 0) {
  return validity_of(grant_for(life, refresh_in), now, jitter);
}

nanoseconds usable_for(seconds life) { return validity(life).end.boot - now.boot; }

nanoseconds refreshed_after(seconds life, std::optional<seconds> refresh_in = {},
                            double jitter = 0) {
  return validity(life, refresh_in, jitter).refresh_at - now.boot;
}

nanoseconds after(unsigned failed, nanoseconds left,
                  std::optional<std::chrono::milliseconds> retry_after = {}, double jitter = 0) {
  return midas::internal::next_refresh_after(failed, left, retry_after, jitter);
}

// The times of all refreshes of a token that no refresh replaces, since it was granted.
std::vector<nanoseconds> failed_refreshes(seconds life, double jitter) {
  const auto granted = validity(life, {}, jitter);
  std::vector<nanoseconds> result;
  auto at = granted.refresh_at;
  while (at < granted.end.boot) {
    result.push_back(at - now.boot);
    at += after(static_cast<unsigned>(result.size()), granted.end.boot - at, {}, jitter);
  }
  return result;
}

}  // namespace

TEST_CASE("a token is handed out until five minutes before it expires, on both clocks") {
  for (const auto life : {600s, 601s, 3'600s, 86'400s}) {
    const auto found = validity(life);
    CHECK(found.end.wall == now.wall + life - 300s);
    CHECK(found.end.boot == now.boot + life - 300s);
    CHECK(is_usable(found, now + (life - 301s)));
    CHECK_FALSE(is_usable(found, now + (life - 300s)));
  }
}

TEST_CASE("a token with a lifetime below ten minutes is handed out for half of it") {
  CHECK(usable_for(599s) == 299'500ms);
  CHECK(usable_for(120s) == 60s);
  CHECK(usable_for(1s) == 500ms);
  CHECK(validity(120s).end.wall == now.wall + 60s);
}

TEST_CASE("an expired token is not handed out") {
  for (const auto life : {0s, -1s, -300s, -86'400s}) {
    CHECK_FALSE(is_usable(validity(life), now));
    auto set_back = now;
    set_back.wall -= 48h;
    CHECK_FALSE(is_usable(validity(life), set_back));
  }
}

TEST_CASE("a token ends when either clock says so") {
  const auto found = validity(1h);
  auto later = now;
  CHECK(is_usable(found, later));
  later.wall += 55min;
  CHECK_FALSE(is_usable(found, later));
  later = now;
  later.boot += 55min;
  CHECK_FALSE(is_usable(found, later));
}

TEST_CASE("a token with a lifetime of two hours or more is refreshed after half of it") {
  CHECK(refresh_on(grant_for(7'890s), now.wall) == now.wall + 3'945s);
  CHECK(refresh_on(grant_for(7'200s), now.wall) == now.wall + 3'600s);
  CHECK(refresh_on(grant_for(7'199s), now.wall) == std::nullopt);
  CHECK(refreshed_after(24h) == 12h);
}

TEST_CASE("the host's refresh_on takes precedence over half of the lifetime") {
  CHECK(refresh_on(grant_for(24h, 60s), now.wall) == now.wall + 60s);
  CHECK(refreshed_after(24h, 60s) == 60s);
  CHECK(refreshed_after(1h, 20min) == 20min);
}

TEST_CASE("a host that demands an immediate refresh is asked after half a minute") {
  for (const auto refresh_in : {0s, 1s, 29s, -1s, -86'400s}) {
    CHECK(refreshed_after(24h, refresh_in) == 30s);
  }
  CHECK(refreshed_after(24h, 31s) == 31s);
}

TEST_CASE("a token is refreshed while it may still be handed out, whatever its host says") {
  // The last five minutes of 55, less the second by which UTC may be off.
  CHECK(refreshed_after(1h) == 50min - 1s);
  CHECK(refreshed_after(1h, 55min) == 50min - 1s);
  CHECK(refreshed_after(1h, 48h) == 50min - 1s);
  // Below 25 minutes, the last fifth.
  CHECK(refreshed_after(10min) == 239'200ms);
  CHECK(refreshed_after(20s) == 7'200ms);
  CHECK(refreshed_after(20s, 0s) == 7'200ms);
  CHECK(refreshed_after(10s) == 3'200ms);
}

TEST_CASE("the jitter is at most five minutes, and at most a quarter of the time that is left") {
  CHECK(refreshed_after(24h, {}, 0.5) == 12h + 150s);
  CHECK(refreshed_after(24h, {}, 0.999'999'999) > 12h + 299s);
  CHECK(refreshed_after(24h, {}, 0.999'999'999) < 12h + 300s);
  CHECK(refreshed_after(1h, {}, 0.5) == 50min - 1s + 37'500ms);
  CHECK(refreshed_after(10min, {}, 0.5) == 239'200ms + 7'475ms);
}

TEST_CASE("a token is refreshed within a day, however long it lives and whatever the host says") {
  CHECK(refreshed_after(24h * 365) == 24h - 300s);
  CHECK(refreshed_after(24h * 365, 24h * 300, 0.5) == 24h - 150s);
  CHECK(refreshed_after(49h, {}, 0.999'999'999) < 24h);
  CHECK(refreshed_after(24h * 365, 6h) == 6h);
  CHECK(refresh_on(grant_for(24h * 365), now.wall) == now.wall + 24h);
  CHECK(refresh_on(grant_for(24h * 365, 24h * 300), now.wall) == now.wall + 24h);
  CHECK(usable_for(24h * 365) == 24h * 365 - 300s);
}

TEST_CASE("a token that expires in the year 3333 does not overflow") {
  token_grant grant;
  grant.expires_on = std::chrono::sys_seconds{43'040'261'106s};
  const auto found = validity_of(grant, now, 0.5);
  CHECK(is_usable(found, now));
  CHECK(refresh_on(grant, now.wall) > now.wall);
  CHECK(found.refresh_at < found.end.boot);
  grant.refresh_on = grant.expires_on - 1s;
  CHECK(validity_of(grant, now, 0.5).refresh_at < validity_of(grant, now, 0.5).end.boot);
}

TEST_CASE("a refresh_on in another century does not overflow") {
  CHECK(refreshed_after(24h, -10'000'000'000s) == 30s);
  CHECK(refreshed_after(24h, 10'000'000'000s) == 24h - 10min - 1s);
}

TEST_CASE("a failed refresh is tried again after half a minute, doubled up to an hour") {
  const std::array<nanoseconds, 10> waits{30s,  60s,    120s,   240s,   480s,
                                          960s, 1'920s, 3'600s, 3'600s, 3'600s};
  for (unsigned i = 0; i < waits.size(); ++i) {
    INFO(i + 1 << " failed refreshes");
    CHECK(after(i + 1, 1'000h) == waits.at(i));
    CHECK(after(i + 1, 1'000h, {}, 0.5) == waits.at(i) + waits.at(i) / 8);
  }
  CHECK(after(4'000'000'000U, 1'000h) == 1h);
}

TEST_CASE("a failed refresh is tried again within half of the token's remaining time") {
  CHECK(after(8, 2h) == 1h);
  CHECK(after(8, 1h) == 30min);
  CHECK(after(5, 10min) == 5min);
  CHECK(after(5, 61s) == 30'500ms);
  CHECK(after(5, 60s) == 30s);
  CHECK(after(5, 20s) == 10s);
}

TEST_CASE("however little time a token has left, its host is not asked for a second") {
  for (const nanoseconds left : {2s, 1s, 0s}) {
    CHECK(after(1, left) == 1s);
    CHECK(after(9, left, {}, 0.9) == 1s);
  }
  for (const auto life : {1s, 2s, 3s}) {
    CHECK(refreshed_after(life) == 1s);
    CHECK(refreshed_after(life, 0s, 0.9) == 1s);
  }
}

TEST_CASE("a token of ten seconds is refreshed again while it may still be handed out") {
  const auto left = usable_for(10s) - refreshed_after(10s);
  CHECK(after(1, left) == 1s);
  CHECK(after(1, left) < left);
}

TEST_CASE("a failed refresh is not tried again before the host's Retry-After") {
  CHECK(after(1, 10h, 30s) == 30s);
  CHECK(after(1, 10h, 31s) == 31s);
  CHECK(after(1, 10h, 10min) == 10min);
  CHECK(after(6, 10h, 10min) == 16min);
  CHECK(after(1, 10h, 0s) == 30s);
  CHECK(after(1, 10h, -1h) == 30s);
}

TEST_CASE("a host whose Retry-After outlasts the token is asked once more before the token ends") {
  CHECK(after(1, 10h, 24h * 365) == 5h);
  CHECK(after(1, 10min, 8min) == 5min);
  CHECK(after(1, 40s, 40s) == 20s);
}

TEST_CASE("a token of 24 hours is refreshed at most 40 times in an outage") {
  for (const double jitter : {0.0, 0.3, 0.5, 0.999'999}) {
    const auto tries = failed_refreshes(24h, jitter);
    INFO(tries.size() << " times with a jitter of " << jitter);
    CHECK(tries.size() >= 20);
    CHECK(tries.size() <= 40);
    // Until the end of the token, not after it.
    const auto end = usable_for(24h);
    CHECK(tries.back() < end);
    CHECK(tries.back() >= end - 2s);
    CHECK(tries.at(tries.size() - 10) >= end - 20min);
  }
}

}  // namespace refresh_policy_test
