// Durations as rules files and command lines write them: "5s", "200ms", "1.5h".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace midas::internal::simulator {

/// A number and a unit: ns, us, ms, s, m or min, h, d. Empty for anything else, for a negative one
/// and for one over a hundred years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_duration(std::string_view text);

}  // namespace midas::internal::simulator
