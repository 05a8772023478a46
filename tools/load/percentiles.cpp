#include "tools/load/percentiles.hpp"

#include "messages/make_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_percentiles = 20;

unexpected refuse_percentiles(std::string_view text) {
  return fail(errc::invalid_configuration,
              fmt::format("{} is not a list of percentiles", quoted_start(text)),
              "Write up to 20 numbers above 0 and up to 100, such as 50,90,99.5");
}

}  // namespace

expected<std::vector<double>> parse_percentiles(std::string_view text) {
  std::vector<double> result;
  const auto* next = text.data();
  const auto* const end = text.data() + text.size();
  while (true) {
    double percent = 0;
    const auto read = std::from_chars(next, end, percent, std::chars_format::fixed);
    if (read.ec != std::errc{} || !(percent > 0 && percent <= 100) ||
        result.size() == max_percentiles) {
      return refuse_percentiles(text);
    }
    result.push_back(percent);
    if (read.ptr == end) {
      break;
    }
    if (*read.ptr != ',') {
      return refuse_percentiles(text);
    }
    next = read.ptr + 1;
  }
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::string percentile_name(double percent) { return fmt::format("p{}", percent); }

}  // namespace midas::internal::tools
