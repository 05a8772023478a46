// Deadlines of callers, and the time that an attempt needs before one.
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

/// With less time left, an attempt that begins after a pause would seldom be answered before the
/// deadline: a host on the same machine needs some milliseconds, and one on the internet a new
/// connection. A caller with no more than that learns of the failure before the pause instead.
inline constexpr std::chrono::milliseconds min_time_after_pause{100};

/// True if a caller with that deadline has too little time left when a pause ends at `until`.
constexpr bool outlasts(std::chrono::steady_clock::time_point until,
                        std::chrono::steady_clock::time_point deadline) noexcept {
  return deadline <= until + min_time_after_pause;
}

}  // namespace midas::internal
