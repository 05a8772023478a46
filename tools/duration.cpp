#include <midas/tools/duration.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace midas::tools {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 9> units{{{"ns", 1},
                                                                    {"us", 1e3},
                                                                    {"ms", 1e6},
                                                                    {"s", 1e9},
                                                                    {"", 1e9},
                                                                    {"m", 60e9},
                                                                    {"min", 60e9},
                                                                    {"h", 3600e9},
                                                                    {"d", 86400e9}}};

unexpected refuse(std::string_view text) {
  return fail(errc::invalid_timeout, fmt::format("\"{}\" is no duration", text),
              "Write a number and a unit, such as 200ms, 5s, 2min or 1h");
}

}  // namespace

expected<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (parsed.ec != std::errc{} || std::signbit(number)) {
    return refuse(text);
  }
  const std::string_view suffix{parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)};
  for (const auto& [unit, nanoseconds] : units) {
    if (suffix == unit) {
      const auto total = number * nanoseconds;
      constexpr auto hundred_years = 100 * 365.25 * 86400e9;
      if (!(total <= hundred_years)) {
        return refuse(text);
      }
      return std::chrono::nanoseconds{std::llround(total)};
    }
  }
  return refuse(text);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto value = static_cast<double>(duration.count());
  if (value == 0) {
    return "0 s";
  }
  if (value < 1e3) {
    return fmt::format("{:.3g} ns", value);
  }
  if (value < 1e6) {
    return fmt::format("{:.3g} us", value / 1e3);
  }
  if (value < 999.5e6) {
    return fmt::format("{:.3g} ms", value / 1e6);
  }
  if (value < 999.5e9) {
    return fmt::format("{:.3g} s", value / 1e9);
  }
  return fmt::format("{:.4g} h", value / 3600e9);
}

}  // namespace midas::tools
