// Whatever a host grants: no expired token is handed out, and no refresh is too early or too late.
#include "actors/policies/refresh_policy.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refresh_policy_property_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr seconds year_3333{43'040'261'106};

double any_jitter() { return *rc::gen::inRange(0, 1'000'000) / 1e6; }

clock_reading any_moment() {
  return {sys_seconds{seconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000)}},
          boot_clock::time_point{nanoseconds{
              *rc::gen::inRange<std::int64_t>(0, std::int64_t{400'000'000} * 1'000'000'000)}}};
}

// From zero to more than a thousand years.
seconds any_life() {
  return seconds{*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 700),
                                 rc::gen::inRange<std::int64_t>(0, 10'000),
                                 rc::gen::inRange<std::int64_t>(0, 200'000),
                                 rc::gen::inRange<std::int64_t>(0, year_3333.count()))};
}

token_grant any_grant(const clock_reading& now, seconds life) {
  token_grant grant;
  grant.expires_on = now.wall + life;
  if (*rc::gen::arbitrary<bool>()) {
    grant.refresh_on =
        now.wall + seconds{*rc::gen::oneOf(
                       rc::gen::inRange<std::int64_t>(-100, 100),
                       rc::gen::inRange<std::int64_t>(0, std::max<std::int64_t>(1, life.count())),
                       rc::gen::inRange<std::int64_t>(-year_3333.count(), year_3333.count()))};
  }
  return grant;
}

// A duration up to the given one.
nanoseconds any_within(nanoseconds longest) {
  return nanoseconds{*rc::gen::inRange<std::int64_t>(0, longest.count() + 1)};
}

}  // namespace

TEST_CASE("no token is handed out at its expiry or later, by either clock") {
  CHECK(rc::check("end of tokens", [] {
    const auto now = any_moment();
    const auto life = any_life();
    const auto grant = any_grant(now, life);
    const auto found = validity_of(grant, now, any_jitter());
    RC_ASSERT(found.end.wall <= grant.expires_on);
    RC_ASSERT(found.end.boot >= now.boot);
    // Nanoseconds cannot express the longest lifetimes.
    const auto on_boot_clock = std::chrono::ceil<seconds>(found.end.boot - now.boot);
    RC_ASSERT(on_boot_clock <= life);
    // The margin is not larger than documented.
    RC_ASSERT(found.end.wall >= grant.expires_on - std::min<seconds>(300s, life / 2));
  }));
}

TEST_CASE("a token with a lifetime of two seconds or more is handed out at first") {
  CHECK(rc::check("usable tokens", [] {
    const auto now = any_moment();
    const auto life = any_life() + 2s;
    const auto found = validity_of(any_grant(now, life), now, any_jitter());
    RC_ASSERT(is_usable(found, now));
    RC_ASSERT(is_usable(found, now + std::min<seconds>(life / 2 - 1s, 24h * 365)));
  }));
}

TEST_CASE("an expired token is not handed out, however the clocks change") {
  CHECK(rc::check("expired tokens", [] {
    const auto now = any_moment();
    const auto life = -any_life();
    const auto grant = any_grant(now, life);
    const auto found = validity_of(grant, now, any_jitter());
    auto later = now;
    later.wall += seconds{*rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000)};
    later.boot += any_within(24h);
    RC_ASSERT(found.end.wall <= grant.expires_on);
    RC_ASSERT(!is_usable(found, later));
  }));
}

TEST_CASE("a token is refreshed after half a minute, or four fifths, or a second, before it ends") {
  CHECK(rc::check("time of refreshes", [] {
    const auto now = any_moment();
    const auto life = any_life() + 1s;
    const auto found = validity_of(any_grant(now, life), now, any_jitter());
    const auto usable = found.end.boot - now.boot;
    // UTC is read in whole seconds.
    const auto sure = usable - std::min<nanoseconds>(1s, usable / 2);
    RC_ASSERT(found.refresh_at >=
              now.boot + std::max<nanoseconds>(1s, std::min<nanoseconds>(30s, sure / 5 * 4)));
    RC_ASSERT(found.refresh_at < found.end.boot || usable <= 1s);
    RC_ASSERT(found.refresh_at <= now.boot + 24h);
    // This leaves time for a few attempts.
    RC_ASSERT(now.boot + sure - found.refresh_at >= std::min<nanoseconds>(225s, sure / 20 * 3) ||
              found.refresh_at == now.boot + 1s);
  }));
}

TEST_CASE("a refresh is due when the host says, or later by the jitter") {
  CHECK(rc::check("stated refreshes", [] {
    const auto now = any_moment();
    // With 20 minutes, neither bound applies.
    const auto life = std::min<seconds>(any_life(), 24h * 365) + 20min;
    token_grant grant;
    grant.expires_on = now.wall + life;
    const auto latest = std::min<seconds>(life * 7 / 10, 23h);
    const seconds in{*rc::gen::inRange<std::int64_t>(30, latest.count())};
    grant.refresh_on = now.wall + in;
    RC_PRE(in <= life - 10min - 1s);
    const auto found = validity_of(grant, now, any_jitter());
    RC_ASSERT(found.refresh_at >= now.boot + in);
    RC_ASSERT(found.refresh_at < now.boot + in + 300s);
    RC_ASSERT(validity_of(grant, now, 0).refresh_at == now.boot + in);
  }));
}

TEST_CASE("jitter only delays the refresh; it does not change when the token ends") {
  CHECK(rc::check("jitter of refreshes", [] {
    const auto now = any_moment();
    const auto grant = any_grant(now, any_life());
    const auto one = any_jitter();
    const auto two = any_jitter();
    const auto early = validity_of(grant, now, std::min(one, two));
    const auto late = validity_of(grant, now, std::max(one, two));
    RC_ASSERT(early.refresh_at <= late.refresh_at);
    RC_ASSERT(late.refresh_at < validity_of(grant, now, 0).refresh_at + 300s);
    RC_ASSERT(early.end.wall == late.end.wall);
    RC_ASSERT(early.end.boot == late.end.boot);
  }));
}

TEST_CASE("setting the clock does not make an expired token usable") {
  CHECK(rc::check("wall clock that is set", [] {
    const auto now = any_moment();
    const auto life = any_life();
    const auto found = validity_of(any_grant(now, life), now, any_jitter());
    // The boot clock shows the time that has passed; UTC may show any time.
    const auto longest = std::min<seconds>(life, 24h * 365 * 100);
    clock_reading later;
    later.boot = now.boot + longest + any_within(24h);
    later.wall = sys_seconds{
        seconds{*rc::gen::inRange<std::int64_t>(-year_3333.count(), 2 * year_3333.count())}};
    RC_ASSERT(!is_usable(found, later));
  }));
}

TEST_CASE("a stopped boot clock does not make an expired token usable") {
  CHECK(rc::check("boot clock that stands still", [] {
    const auto now = any_moment();
    const auto grant = any_grant(now, any_life());
    const auto found = validity_of(grant, now, any_jitter());
    clock_reading later;
    later.boot = now.boot + any_within(24h) - 12h;
    later.wall = grant.expires_on + seconds{*rc::gen::inRange<std::int64_t>(0, 1'000'000)};
    RC_ASSERT(!is_usable(found, later));
  }));
}

TEST_CASE("a failed refresh is tried again neither too early nor too late") {
  CHECK(rc::check("failed refreshes", [] {
    const auto failed = *rc::gen::oneOf(rc::gen::inRange(1U, 12U), rc::gen::arbitrary<unsigned>());
    const auto left = any_within(*rc::gen::element<nanoseconds>(5min, 3h, 24h, 24h * 365 * 100));
    std::optional<std::chrono::milliseconds> asked;
    if (*rc::gen::arbitrary<bool>()) {
      asked = std::chrono::milliseconds{*rc::gen::oneOf(
          rc::gen::inRange<std::int64_t>(-1'000, 100'000),
          rc::gen::inRange<std::int64_t>(0, std::chrono::milliseconds{24h * 365}.count()))};
    }
    const auto wait = next_refresh_after(failed, left, asked, any_jitter());
    RC_ASSERT(wait >= std::clamp<nanoseconds>(left / 2, 1s, 30s));
    RC_ASSERT(wait <= std::max<nanoseconds>(1s, left / 2));
    // The host's Retry-After, if that leaves time for another attempt.
    RC_ASSERT(wait >= std::min<nanoseconds>(asked.value_or(0s), left / 2));
    RC_ASSERT(wait <= std::max<nanoseconds>(75min, asked.value_or(0s)));
    RC_ASSERT(next_refresh_after(failed, left, {}, 0) <= wait);
  }));
}

TEST_CASE("the more refreshes have failed, the longer the wait, as long as there is time") {
  CHECK(rc::check("backoff of refreshes", [] {
    const auto failed = *rc::gen::inRange(1U, 40U);
    const auto left = 3h + any_within(24h * 365);
    const auto wait = next_refresh_after(failed, left, {}, 0);
    const auto next = next_refresh_after(failed + 1, left, {}, 0);
    RC_ASSERT(next == std::min<nanoseconds>(2 * wait, 1h));
    const auto jitter = next_refresh_after(failed, left, {}, any_jitter()) - wait;
    RC_ASSERT(jitter <= wait / 4);
  }));
}

TEST_CASE("in an outage a token is refreshed rarely, and until it ends") {
  CHECK(rc::check("refreshes of a whole lifetime", [] {
    const auto now = any_moment();
    const auto life = seconds{*rc::gen::inRange(1, 400'000)};
    token_grant grant;
    grant.expires_on = now.wall + life;
    const auto granted = validity_of(grant, now, any_jitter());
    unsigned tries = 0;
    auto last = now.boot;
    for (auto at = granted.refresh_at; at < granted.end.boot;) {
      last = at;
      at += next_refresh_after(++tries, granted.end.boot - at, {}, any_jitter());
    }
    // Seven times until an hour lies between them, then every hour, then in the last two hours
    // after half of the time left, down to a second.
    const auto hours = std::chrono::floor<std::chrono::hours>(life).count();
    RC_ASSERT(tries >= 1 || life <= 2s);
    // The first one comes after half of the lifetime, or after a day.
    RC_ASSERT(tries <= 7 + (hours - std::min<std::int64_t>(hours / 2, 23)) + 1 + 15);
    RC_ASSERT(granted.end.boot - last <= 2s);
  }));
}

}  // namespace refresh_policy_property_test
