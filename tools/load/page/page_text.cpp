#include "tools/load/page/page_text.hpp"

#include "messages/plain_text.hpp"
#include "tools/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace midas::internal::tools {

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string latency_text(double nanoseconds) {
  constexpr double max_nanoseconds = 9e18;
  auto text = format_duration(
      std::chrono::nanoseconds{std::llround(std::min(nanoseconds, max_nanoseconds))});
  const auto at = text.find("us");
  return at == std::string::npos ? text : text.replace(at, 2, "\u00b5s");
}

std::string milliseconds_text(const std::optional<double>& milliseconds) {
  return milliseconds ? latency_text(*milliseconds * 1e6) : "\u2013";
}

std::string short_number(double value) {
  constexpr std::array<const char*, 6> suffixes{"", "k", "M", "G", "T", "P"};
  std::size_t at = 0;
  // 999.5 would be written as 1e+03.
  while (value >= 999.5 && at + 1 < suffixes.size()) {
    value /= 1'000;
    ++at;
  }
  return fmt::format("{:.3g}{}", value, suffixes.at(at));
}

}  // namespace midas::internal::tools
