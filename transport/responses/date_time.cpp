#include "transport/responses/date_time.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace midas::internal {

namespace {

using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> short_days{"Mon", "Tue", "Wed", "Thu",
                                                     "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Before AM and PM, the ICU library writes a narrow no-break space since its version 72.
constexpr std::array<std::string_view, 3> spaces{" ", "\xc2\xa0", "\xe2\x80\xaf"};
constexpr std::array<std::string_view, 3> morning{"AM", "am", "a.m."};
constexpr std::array<std::string_view, 3> afternoon{"PM", "pm", "p.m."};
constexpr std::array<std::string_view, 4> utc{" UTC", " GMT", "Z", "z"};

// Reads a text from the front. Once a read has failed, all later ones fail.
class scanner {
 public:
  explicit scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool complete() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] char next() const noexcept { return ok_ && !rest_.empty() ? rest_.front() : '\0'; }

  bool accept(std::string_view text) noexcept {
    if (!ok_ || !rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  void demand(std::string_view text) noexcept { ok_ = accept(text); }
  void check(bool condition) noexcept { ok_ = ok_ && condition; }

  int digits(std::size_t min_count, std::size_t max_count) noexcept {
    int value = 0;
    std::size_t count = 0;
    for (; count < max_count && ascii::is_digit(next()); ++count) {
      value = value * 10 + (next() - '0');
      rest_.remove_prefix(1);
    }
    ok_ = ok_ && count >= min_count;
    return value;
  }

  bool accept_one(std::span<const std::string_view> texts) noexcept {
    return std::ranges::any_of(texts, [this](std::string_view each) { return accept(each); });
  }

  // The position among `names` of the name that follows, counted from 1.
  unsigned name(std::span<const std::string_view> names) noexcept {
    const auto found =
        std::ranges::find_if(names, [this](std::string_view each) { return accept(each); });
    ok_ = ok_ && found != names.end();
    return static_cast<unsigned>(found - names.begin()) + 1;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::chrono::minutes offset{0};
};

std::optional<sys_seconds> to_time(const scanner& text, const fields& f) noexcept {
  using namespace std::chrono;
  const year_month_day date{year{f.year}, month{f.month}, day{f.day}};
  // RFC 3339 permits 60 for a leap second.
  if (!text.complete() || !date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) {
    return std::nullopt;
  }
  const auto time =
      sys_days{date} + hours{f.hour} + minutes{f.minute} + seconds{f.second} - f.offset;
  return time > latest_time ? std::nullopt : std::optional{time};
}

unsigned small_number(scanner& text, std::size_t min_digits) noexcept {
  return static_cast<unsigned>(text.digits(min_digits, 2));
}

// "08:00:34.5"; seconds and fraction may be absent.
void read_clock(scanner& text, fields& f, std::size_t min_hour_digits) noexcept {
  f.hour = text.digits(min_hour_digits, 2);
  text.demand(":");
  f.minute = text.digits(2, 2);
  if (!text.accept(":")) {
    return;
  }
  f.second = text.digits(2, 2);
  if (text.accept(".") || text.accept(",")) {
    text.digits(1, 9);
  }
}

// 12 AM is midnight. Some hosts write AM or PM after the hours of a clock with 24 hours.
void read_half_of_day(scanner& text, fields& f) noexcept {
  auto rest = text;
  if (!rest.accept_one(spaces)) {
    return;
  }
  const bool is_morning = rest.accept_one(morning);
  if (!is_morning && !rest.accept_one(afternoon)) {
    return;
  }
  text = rest;
  if (is_morning) {
    text.check(f.hour <= 12);
    f.hour %= 12;
  } else {
    text.check(f.hour != 0);
    f.hour += f.hour < 12 ? 12 : 0;
  }
}

// "+01:00", " -0500", "+01", "Z", " GMT", " +0000 UTC"; nothing means UTC.
void read_zone(scanner& text, fields& f) noexcept {
  if (text.accept_one(utc) || text.complete()) {
    return;
  }
  text.accept(" ");
  const bool is_east = text.accept("+");
  if (!is_east) {
    text.demand("-");
  }
  const auto hours = text.digits(2, 2);
  const auto minutes = text.accept(":") || ascii::is_digit(text.next()) ? text.digits(2, 2) : 0;
  text.check(hours <= 23 && minutes <= 59);
  f.offset = std::chrono::minutes{hours * 60 + minutes} * (is_east ? 1 : -1);
  text.accept_one(std::span{utc}.first(2));
}

std::optional<sys_seconds> read_iso_time(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  f.year = text.digits(4, 4);
  const std::string_view separator = text.next() == '/' ? "/" : "-";
  text.demand(separator);
  f.month = small_number(text, 2);
  text.demand(separator);
  f.day = small_number(text, 2);
  if (!text.accept("T") && !text.accept("t")) {
    text.demand(" ");
  }
  read_clock(text, f, 2);
  read_zone(text, f);
  return to_time(text, f);
}

std::optional<sys_seconds> read_year_last(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  const auto first = small_number(text, 1);
  const std::string_view separator = text.next() == '.' ? "." : text.next() == '-' ? "-" : "/";
  text.demand(separator);
  const auto second = small_number(text, 1);
  text.demand(separator);
  f.year = text.digits(4, 4);
  text.demand(" ");
  const bool is_american = separator == "/" ? first <= 12 : second > 12;
  f.month = is_american ? first : second;
  f.day = is_american ? second : first;
  read_clock(text, f, 1);
  read_half_of_day(text, f);
  read_zone(text, f);
  return to_time(text, f);
}

// "Sat, 22 Nov " or "Saturday, 22-Nov-", by the separator.
void read_day_and_month(scanner& text, fields& f, std::span<const std::string_view> days,
                        std::size_t min_digits, std::string_view separator) noexcept {
  text.name(days);
  text.demand(", ");
  f.day = small_number(text, min_digits);
  text.demand(separator);
  f.month = text.name(months);
  text.demand(separator);
}

enum class zones { gmt, any };

// "Sat, 22 Nov 2025 04:05:06 GMT"
std::optional<sys_seconds> read_fixed_date(std::string_view all, zones allowed) noexcept {
  scanner text{all};
  fields f;
  read_day_and_month(text, f, short_days, 1, " ");
  f.year = text.digits(4, 4);
  text.demand(" ");
  read_clock(text, f, 2);
  if (allowed == zones::any) {
    read_zone(text, f);
  } else {
    text.demand(" GMT");
  }
  return to_time(text, f);
}

// "Saturday, 22-Nov-25 04:05:06 GMT" (RFC 850)
std::optional<sys_seconds> read_two_digit_year(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  read_day_and_month(text, f, long_days, 2, "-");
  const auto year = text.digits(2, 2);
  f.year = year + (year < 70 ? 2000 : 1900);
  text.demand(" ");
  read_clock(text, f, 2);
  text.demand(" GMT");
  return to_time(text, f);
}

// "Sat Nov 22 04:05:06 2025" (asctime); the day may have a space in place of its first digit.
std::optional<sys_seconds> read_asctime(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  text.name(short_days);
  text.demand(" ");
  f.month = text.name(months);
  text.demand(" ");
  text.accept(" ");
  f.day = small_number(text, 1);
  text.demand(" ");
  read_clock(text, f, 2);
  text.demand(" ");
  f.year = text.digits(4, 4);
  return to_time(text, f);
}

std::optional<sys_seconds> read_header_date(std::string_view text, zones allowed) noexcept {
  if (const auto time = read_fixed_date(text, allowed)) {
    return time;
  }
  const auto time = read_two_digit_year(text);
  return time ? time : read_asctime(text);
}

}  // namespace

std::optional<sys_seconds> read_http_date(std::string_view text) noexcept {
  return read_header_date(text, zones::gmt);
}

std::optional<sys_seconds> read_date_time(std::string_view text) noexcept {
  for (const auto read : {read_iso_time, read_year_last}) {
    if (const auto time = read(text)) {
      return time;
    }
  }
  return read_header_date(text, zones::any);
}

}  // namespace midas::internal
