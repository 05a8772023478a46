// How long a cached token may be handed out without checking the exact clocks.
#pragma once

#include <midas/detail/coarse_clock_reading.hpp>

#include <cstdint>

namespace midas::detail {

/// A lease begins when a token was found usable on the exact clocks, and lasts at most until the
/// next whole second since boot. It ends early when the token expires, when its refresh becomes
/// due, and when UTC shows a second other than the two that it can show in that time. After a clock
/// was set, or a machine was suspended, the next reader therefore checks the exact clocks.
struct read_lease {
  /// On the coarse steady clock, in nanoseconds.
  std::int64_t steady_end = 0;
  /// The first valid second of UTC, times four, plus how many seconds are valid (0 to 2).
  std::int64_t wall_seconds = 0;

  [[nodiscard]] bool contains(const coarse_clock_reading& now) const noexcept {
    // As unsigned numbers, times before the lease lie far behind its end.
    return now.steady < steady_end && static_cast<std::uint64_t>(now.wall - (wall_seconds >> 2)) <
                                          static_cast<std::uint64_t>(wall_seconds & 3);
  }
};

}  // namespace midas::detail
