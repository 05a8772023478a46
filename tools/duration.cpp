#include "tools/duration.hpp"

#include "messages/make_error.hpp"
#include "messages/read_duration.hpp"

#include <fmt/format.h>

namespace midas::internal::tools {

expected<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const bool lacks_unit = !text.empty() && text.back() >= '0' && text.back() <= '9';
  const auto read = read_duration(std::string{text} + (lacks_unit ? "s" : ""));
  if (!read) {
    return fail(errc::invalid_timeout, fmt::format("\"{}\" is not a duration", text),
                "Write a number and a unit, such as 200ms, 5s, 2min or 1h");
  }
  return *read;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto value = static_cast<double>(duration.count());
  if (value == 0) {
    return "0 s";
  }
  if (value < 999.5) {
    return fmt::format("{:.3g} ns", value);
  }
  if (value < 999.5e3) {
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

}  // namespace midas::internal::tools
