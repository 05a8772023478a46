#include "actors/policies/refresh_policy.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// The refreshes of a fleet are spread over at most this time.
constexpr seconds max_jitter{300};

constexpr nanoseconds min_wait = seconds{30};
// However short the lifetime, so that a host is not asked in a loop.
constexpr nanoseconds min_interval = seconds{1};
constexpr nanoseconds max_wait = seconds{3'600};

// No token goes without a refresh for longer, whatever its lifetime: a host may state years.
constexpr seconds max_refresh_interval = std::chrono::hours{24};

// Hosts have granted tokens until the year 3333, which nanoseconds since 1970 cannot express.
constexpr seconds max_life = std::chrono::hours{24 * 365 * 100};

nanoseconds part(nanoseconds whole, double of) noexcept {
  return nanoseconds{static_cast<nanoseconds::rep>(static_cast<double>(whole.count()) * of)};
}

}  // namespace

std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept {
  const auto latest = now + max_refresh_interval;
  if (grant.refresh_on) {
    return std::min(*grant.refresh_on, latest);
  }
  const auto life = grant.expires_on - now;
  if (life < min_life_for_early_refresh) {
    return std::nullopt;
  }
  return std::min<std::chrono::sys_seconds>(now + life / 2, latest);
}

token_validity validity_of(const token_grant& grant, const clock_reading& now,
                           double jitter) noexcept {
  const auto stated_life = std::max(grant.expires_on - now.wall, seconds{0});
  const nanoseconds life = std::min(stated_life, max_life);
  const auto usable = life - std::min<nanoseconds>(expiry_margin, life / 2);
  token_validity result;
  result.end.wall = grant.expires_on - std::min(expiry_margin, stated_life / 2);
  result.end.boot = now.boot + usable;
  // UTC is read in whole seconds, so the token may end up to a second earlier.
  const auto sure = usable - std::min<nanoseconds>(seconds{1}, usable / 2);
  // Without a refresh_on: as late as possible, with time left for a few attempts.
  const auto latest = sure - std::min<nanoseconds>(expiry_margin, sure / 5);
  auto refresh = latest;
  if (const auto stated = refresh_on(grant, now.wall)) {
    // A host that demands an immediate refresh would demand it for each new token, too.
    refresh = std::clamp<nanoseconds>(std::clamp(*stated - now.wall, seconds{0}, max_life),
                                      std::min(min_wait, latest), latest);
  }
  refresh = std::min<nanoseconds>(refresh, max_refresh_interval - max_jitter);
  const auto room = std::min<nanoseconds>(max_jitter, (sure - refresh) / 4);
  result.refresh_at = now.boot + std::max(refresh + part(room, jitter), min_interval);
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
  wait = std::clamp(left / 2, min_interval, wait);
  // A Retry-After of a year must not prevent the refresh.
  return std::max(
      wait, std::min<nanoseconds>(retry_after.value_or(std::chrono::milliseconds{0}), left / 2));
}

}  // namespace midas::internal
