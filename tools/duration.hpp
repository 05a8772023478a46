// Durations as people write them on a command line: "5s", "200ms", "1.5h".
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// A number and a unit (ns, us, ms, s, m or min, h, d); a number alone means seconds. Fails with
/// errc::invalid_timeout for anything else, for a negative one and for one over a hundred years.
expected<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// "50 ms", "1.25 s": three digits and the unit that suits.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace midas::internal::tools
