// Durations on the command line and in reports: "5s", "200ms", "1.5h".
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// Parses a number with a unit: ns, us, ms, s, m or min, h, d. A number without a unit is in
/// seconds. Fails with errc::invalid_timeout for any other text, for a negative duration and for
/// one of more than a hundred years.
expected<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Formats a duration with three digits and the unit of its magnitude: "50 ms", "1.25 s".
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace midas::internal::tools
