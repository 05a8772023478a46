// Computes the lease of a cached token. Pure.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/token_validity.hpp"
#include <midas/detail/read_lease.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace midas::internal {

/// The lease that begins at `now`, when the token is usable. `coarse` is the same time on the
/// coarse clocks.
inline detail::read_lease lease_at(const token_validity& validity, const clock_reading& now,
                                   const detail::coarse_clock_reading& coarse) noexcept {
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

}  // namespace midas::internal
