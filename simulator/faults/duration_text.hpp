// Durations as written in rules files and on command lines: "5s", "200ms", "1.5h".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace midas::internal::simulator {

/// Reads a number followed by a unit: ns, us, ms, s, m or min, h, d. Empty for any other text, for
/// a negative duration and for more than a hundred years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_duration(std::string_view text);

}  // namespace midas::internal::simulator
