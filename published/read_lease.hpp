// For how long a look at the coarse clocks is enough to hand out a token again. Pure.
#pragma once

#include "actors/policies/refresh_policy.hpp"
#include "messages/clock_reading.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace midas {

/// From a moment in which a token was found good on the exact clocks, at most until the next whole
/// second since boot. It ends with the token, when its renewal comes due, and when UTC shows any
/// other second than one of the two that it can show meanwhile: so a clock that was set, or a
/// machine that was suspended, sends the next reader to the exact clocks.
struct read_lease {
  /// On the coarse steady clock.
  std::int64_t steady_end = 0;
  /// The first second of UTC, four times, plus how many there are.
  std::int64_t wall_seconds = 0;

  [[nodiscard]] bool contains(const coarse_clock_reading& now) const noexcept {
    // What lies before the beginning is far behind the end in unsigned numbers.
    return now.steady < steady_end && static_cast<std::uint64_t>(now.wall - (wall_seconds >> 2)) <
                                          static_cast<std::uint64_t>(wall_seconds & 3);
  }
};

/// `now` and `coarse` are the same moment, at which the token is usable.
inline read_lease lease_at(const token_validity& validity, const clock_reading& now,
                                const coarse_clock_reading& coarse) noexcept {
  using std::chrono::nanoseconds;
  const nanoseconds since_boot = now.boot.time_since_epoch();
  nanoseconds length =
      std::chrono::floor<std::chrono::seconds>(since_boot) + std::chrono::seconds{1} - since_boot;
  length = std::min<nanoseconds>(length, validity.end.boot - now.boot);
  if (validity.refresh_at > now.boot) {
    length = std::min<nanoseconds>(length, validity.refresh_at - now.boot);
  }
  const auto wall_left = validity.end.wall.time_since_epoch().count() - coarse.wall;
  return {coarse.steady + length.count(),
          coarse.wall * 4 + std::clamp<std::int64_t>(wall_left, 0, 2)};
}

}  // namespace midas
