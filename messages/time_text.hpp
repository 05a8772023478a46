// Durations and times as people read them.
#pragma once

#include <chrono>
#include <string>

namespace midas::internal {

/// In at most two units, rounded: "0.4 ms", "300 ms", "1.5 s", "4 min 30 s", "12 h 4 min",
/// "2 d 3 h".
std::string duration_text(std::chrono::nanoseconds duration);

/// The same for durations that nanoseconds may not express, which are shown as the longest that
/// they do: hosts and files may state any time.
template <class Rep, class Period>
std::string duration_text(std::chrono::duration<Rep, Period> duration) {
  using given = std::chrono::duration<Rep, Period>;
  constexpr auto max_shown = std::chrono::nanoseconds::max();
  if (duration <= given::zero()) {
    return duration_text(std::chrono::nanoseconds::zero());
  }
  const bool is_longer = duration > std::chrono::floor<given>(max_shown);
  return duration_text(is_longer ? max_shown : std::chrono::nanoseconds{duration});
}

/// A time in UTC, in the form of ISO 8601: "2026-11-28T04:46:02Z". Shows the first or last second
/// of the years 0 to 9999 in place of an earlier or later time.
std::string utc_text(std::chrono::sys_seconds time);

/// The same with milliseconds: "2026-11-28T04:46:02.123Z".
std::string utc_text(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace midas::internal
