// Durations as written in files and on command lines: "5s", "200ms", "1.5h".
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace midas::internal {

/// Reads a number followed by a unit: ns, us, ms, s, m or min, h, d. Empty for any other text, for
/// a negative duration and for more than a hundred years. Inline, because the simulator and the
/// proxy, which are libraries of their own, read durations, too.
[[nodiscard]] inline std::optional<std::chrono::nanoseconds> read_duration(std::string_view text) {
  using std::chrono::nanoseconds;
  constexpr std::array<std::pair<std::string_view, nanoseconds>, 8> units{{
      {"ns", nanoseconds{1}},
      {"us", std::chrono::microseconds{1}},
      {"ms", std::chrono::milliseconds{1}},
      {"s", std::chrono::seconds{1}},
      {"m", std::chrono::minutes{1}},
      {"min", std::chrono::minutes{1}},
      {"h", std::chrono::hours{1}},
      {"d", std::chrono::days{1}},
  }};
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (read.ec != std::errc{} || std::signbit(number)) {
    return std::nullopt;
  }
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  for (const auto& [name, length] : units) {
    constexpr auto most = static_cast<double>(nanoseconds{std::chrono::years{100}}.count());
    const double total = number * static_cast<double>(length.count());
    if (name == unit && total <= most) {
      return nanoseconds{std::llround(total)};
    }
  }
  return std::nullopt;
}

}  // namespace midas::internal
