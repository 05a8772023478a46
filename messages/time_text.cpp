#include "messages/time_text.hpp"

#include "messages/concat.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace midas::internal {

namespace {

using namespace std::chrono_literals;

std::string padded(std::int64_t number, std::size_t digits) {
  auto text = std::to_string(number);
  return text.size() < digits ? text.insert(0, digits - text.size(), '0') : text;
}

// A number of tenths: "1.5", "2".
std::string tenths(std::int64_t count) {
  auto text = std::to_string(count / 10);
  return count % 10 == 0 ? text : text.append(".").append(std::to_string(count % 10));
}

struct scale {
  std::chrono::seconds large;
  std::string_view large_name;
  std::chrono::seconds small;
  std::string_view small_name;
  // The number of small units from which the next scale applies.
  std::int64_t end;
};

std::int64_t rounded(std::chrono::nanoseconds duration, std::chrono::nanoseconds unit) {
  return duration / unit + (duration % unit >= unit / 2 ? 1 : 0);
}

std::string two_units(std::chrono::nanoseconds duration) {
  constexpr std::array<scale, 3> scales{
      {{1min, " min", 1s, " s", 3600},
       {1h, " h", 1min, " min", std::int64_t{24} * 60},
       {24h, " d", 1h, " h", std::numeric_limits<std::int64_t>::max()}}};
  const auto& fits = *std::ranges::find_if(
      scales, [duration](const scale& each) { return rounded(duration, each.small) < each.end; });
  const auto count = rounded(duration, fits.small);
  const auto per_large = fits.large / fits.small;
  auto text = std::to_string(count / per_large).append(fits.large_name);
  return count % per_large == 0
             ? text
             : text.append(" ").append(std::to_string(count % per_large)).append(fits.small_name);
}

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return concat({padded(static_cast<int>(date.year()), 4), "-",
                 padded(static_cast<unsigned>(date.month()), 2), "-",
                 padded(static_cast<unsigned>(date.day()), 2)});
}

std::string clock_text(std::chrono::seconds since_midnight) {
  const auto count = since_midnight.count();
  return concat(
      {padded(count / 3600, 2), ":", padded(count / 60 % 60, 2), ":", padded(count % 60, 2)});
}

// Files and hosts may state any time, also one that no date expresses.
constexpr std::chrono::sys_seconds first_time =
    std::chrono::sys_days{std::chrono::year{0} / std::chrono::January / 1};
constexpr std::chrono::sys_seconds last_time =
    std::chrono::sys_days{std::chrono::year{10'000} / std::chrono::January / 1} - 1s;

std::string second_text(std::chrono::sys_seconds stated) {
  const auto time = std::clamp(stated, first_time, last_time);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return concat({date_text(day), "T", clock_text(time - day)});
}

}  // namespace

std::string duration_text(std::chrono::nanoseconds duration) {
  if (duration <= 0ns) {
    return "0 ms";
  }
  if (duration < 9'950us) {
    return tenths((duration + 50us) / 100us) + " ms";
  }
  if (duration < 999'500us) {
    return std::to_string((duration + 500us) / 1ms) + " ms";
  }
  if (duration < 59'950ms) {
    return tenths((duration + 50ms) / 100ms) + " s";
  }
  return two_units(duration);
}

std::string utc_text(std::chrono::sys_seconds time) { return second_text(time) + "Z"; }

std::string utc_text(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return concat({second_text(second), ".", padded((time - second).count(), 3), "Z"});
}

}  // namespace midas::internal
