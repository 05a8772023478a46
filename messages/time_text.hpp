// Durations and times as people read them.
#pragma once

#include <chrono>
#include <string>

namespace midas::internal {

/// In at most two units, rounded: "0.4 ms", "300 ms", "1.5 s", "4 min 30 s", "12 h 4 min",
/// "2 d 3 h".
std::string duration_text(std::chrono::nanoseconds duration);

/// A time in UTC, in the form of ISO 8601: "2026-11-28T04:46:02Z".
std::string utc_text(std::chrono::sys_seconds time);

/// The same with milliseconds: "2026-11-28T04:46:02.123Z".
std::string utc_text(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace midas::internal
