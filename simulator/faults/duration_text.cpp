#include "simulator/faults/duration_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace midas::internal::simulator {
namespace {

using std::chrono::nanoseconds;

constexpr std::array<std::pair<std::string_view, std::chrono::nanoseconds>, 8> units{{
    {"ns", std::chrono::nanoseconds{1}},
    {"us", std::chrono::microseconds{1}},
    {"ms", std::chrono::milliseconds{1}},
    {"s", std::chrono::seconds{1}},
    {"m", std::chrono::minutes{1}},
    {"min", std::chrono::minutes{1}},
    {"h", std::chrono::hours{1}},
    {"d", std::chrono::days{1}},
}};

}  // namespace

std::optional<nanoseconds> read_duration(std::string_view text) {
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

}  // namespace midas::internal::simulator
