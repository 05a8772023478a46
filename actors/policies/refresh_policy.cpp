#include "actors/policies/refresh_policy.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// The time for which refreshes of a fleet are spread, at most.
constexpr seconds max_jitter{300};

constexpr nanoseconds min_wait = seconds{30};
constexpr nanoseconds max_wait = seconds{3'600};

// Endpoints have granted tokens into the year 3333: nanoseconds since 1970 do not reach as far.
constexpr seconds max_life = std::chrono::hours{24 * 365 * 100};

nanoseconds part(nanoseconds whole, double of) noexcept {
  return nanoseconds{static_cast<nanoseconds::rep>(static_cast<double>(whole.count()) * of)};
}

}  // namespace

std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept {
  if (grant.refresh_on) {
    return grant.refresh_on;
  }
  const auto life = grant.expires_on - now;
  if (life < min_life_for_early_refresh) {
    return std::nullopt;
  }
  return now + life / 2;
}

token_validity validity_of(const token_grant& grant, const clock_reading& now,
                           double jitter) noexcept {
  const auto stated_life = std::max(grant.expires_on - now.wall, seconds{0});
  const nanoseconds life = std::min(stated_life, max_life);
  const auto usable = life - std::min<nanoseconds>(expiry_margin, life / 2);
  token_validity result;
  result.end.wall = grant.expires_on - std::min(expiry_margin, stated_life / 2);
  result.end.boot = now.boot + usable;
  // Of UTC whole seconds are known, so that it may end up to a second earlier.
  const auto sure = usable - std::min<nanoseconds>(seconds{1}, usable / 2);
  // As late as possible for one that says nothing, but with time for a few attempts.
  const auto latest = sure - std::min<nanoseconds>(expiry_margin, sure / 5);
  auto refresh = latest;
  if (const auto stated = refresh_on(grant, now.wall)) {
    // A host that says "at once" says so of each new token, too.
    refresh = std::clamp<nanoseconds>(std::clamp(*stated - now.wall, seconds{0}, max_life),
                                      std::min(min_wait, latest), latest);
  }
  const auto room = std::min<nanoseconds>(max_jitter, (sure - refresh) / 4);
  result.refresh_at = now.boot + refresh + part(room, jitter);
  return result;
}

nanoseconds next_refresh_after(unsigned failed_refreshes, nanoseconds left,
                               std::optional<std::chrono::milliseconds> retry_after,
                               double jitter) noexcept {
  auto wait = min_wait;
  for (unsigned i = 1; i < failed_refreshes && wait < max_wait; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, max_wait);
  wait += part(wait / 4, jitter);
  // What is left is halved time and again, but not into ever smaller pieces.
  if (wait > left / 2) {
    wait = std::max(left / 2, std::min(min_wait, wait));
  }
  // Nor does a host that asks for a year keep the token from being renewed at all.
  return std::max(
      wait, std::min<nanoseconds>(retry_after.value_or(std::chrono::milliseconds{0}), left / 2));
}

}  // namespace midas::internal
