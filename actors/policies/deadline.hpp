// Converts a timeout to a deadline.
#pragma once

#include <algorithm>
#include <chrono>

namespace midas::internal {

/// "Forever": longer times are cut to this one, so that adding them to a time does not overflow.
inline constexpr std::chrono::hours max_duration{24 * 365};

/// `now + timeout`, which max_duration bounds.
inline std::chrono::steady_clock::time_point deadline_after(
    std::chrono::steady_clock::time_point now, std::chrono::nanoseconds timeout) noexcept {
  return now + std::min<std::chrono::nanoseconds>(timeout, max_duration);
}

}  // namespace midas::internal
