#include "tools/load/number_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

namespace midas::internal::tools {

std::string with_commas(std::string digits) {
  const std::ptrdiff_t first = digits.starts_with('-') ? 1 : 0;
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > first; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string with_commas(std::uint64_t number) { return with_commas(std::to_string(number)); }

std::string three_digits(double value) {
  // 999.5 would be written as 1e+03.
  const bool is_whole = std::abs(value) >= 999.5 && std::abs(value) < 1e15;
  return is_whole ? with_commas(fmt::format("{:.0f}", value)) : fmt::format("{:.3g}", value);
}

}  // namespace midas::internal::tools
