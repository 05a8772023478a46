#include "transport/responses/expiry.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace midas::internal {

namespace {

using std::chrono::sys_seconds;

// Reads a text from the front. Once a read has failed, all later ones fail.
class scanner {
 public:
  explicit scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
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

  int digits(std::size_t fewest, std::size_t most) noexcept {
    int value = 0;
    std::size_t count = 0;
    for (; count < most && ascii::is_digit(next()); ++count) {
      value = value * 10 + (next() - '0');
      rest_.remove_prefix(1);
    }
    ok_ = ok_ && count >= fewest;
    return value;
  }

  // The position among `names` of the name that follows, counted from 1.
  template <std::size_t Count>
  unsigned name(const std::array<std::string_view, Count>& names) noexcept {
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

std::optional<sys_seconds> to_time(const fields& f) noexcept {
  using namespace std::chrono;
  const year_month_day date{year{f.year}, month{f.month}, day{f.day}};
  // RFC 3339 permits 60 for a leap second.
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) {
    return std::nullopt;
  }
  const auto time =
      sys_days{date} + hours{f.hour} + minutes{f.minute} + seconds{f.second} - f.offset;
  return time > latest_time ? std::nullopt : std::optional{time};
}

void read_clock(scanner& text, fields& f, std::size_t min_hour_digits) noexcept {
  f.hour = text.digits(min_hour_digits, 2);
  text.demand(":");
  f.minute = text.digits(2, 2);
  text.demand(":");
  f.second = text.digits(2, 2);
}

// "+01:00", " -0500"; true if there is none.
bool read_offset(scanner& text, fields& f) noexcept {
  const bool east = text.accept("+") || text.accept(" +");
  if (!east && !text.accept("-") && !text.accept(" -")) {
    return true;
  }
  const auto hours = text.digits(2, 2);
  text.accept(":");
  const auto minutes = text.digits(2, 2);
  f.offset = std::chrono::minutes{hours * 60 + minutes} * (east ? 1 : -1);
  return hours <= 23 && minutes <= 59;
}

std::optional<sys_seconds> read_iso_time(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  f.year = text.digits(4, 4);
  text.demand("-");
  f.month = static_cast<unsigned>(text.digits(2, 2));
  text.demand("-");
  f.day = static_cast<unsigned>(text.digits(2, 2));
  if (!text.accept("T") && !text.accept("t")) {
    text.demand(" ");
  }
  read_clock(text, f, 2);
  if (text.accept(".")) {
    text.digits(1, 9);
  }
  bool offset_in_range = true;
  if (!text.accept("Z") && !text.accept("z")) {
    offset_in_range = read_offset(text, f);
  }
  return text.complete() && offset_in_range ? to_time(f) : std::nullopt;
}

// With AM or PM, hours range from 1 to 12; 12 AM is midnight.
bool read_half_of_day(scanner& text, fields& f) noexcept {
  const bool morning = text.accept(" AM");
  if (!morning && !text.accept(" PM")) {
    return true;
  }
  const bool in_range = f.hour >= 1 && f.hour <= 12;
  f.hour = f.hour % 12 + (morning ? 0 : 12);
  return in_range;
}

std::optional<sys_seconds> read_american_time(std::string_view all) noexcept {
  scanner text{all};
  fields f;
  f.month = static_cast<unsigned>(text.digits(1, 2));
  text.demand("/");
  f.day = static_cast<unsigned>(text.digits(1, 2));
  text.demand("/");
  f.year = text.digits(4, 4);
  text.demand(" ");
  read_clock(text, f, 1);
  const bool hour_in_range = read_half_of_day(text, f);
  const bool offset_in_range = read_offset(text, f);
  return text.complete() && hour_in_range && offset_in_range ? to_time(f) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> read_integer(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative ? 1 : 0);
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, ascii::is_digit)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char c : text) {
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

std::optional<sys_seconds> read_http_date(std::string_view all) noexcept {
  constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  scanner text{all};
  fields f;
  text.name(days);
  text.demand(", ");
  f.day = static_cast<unsigned>(text.digits(1, 2));
  text.demand(" ");
  f.month = text.name(months);
  text.demand(" ");
  f.year = text.digits(4, 4);
  text.demand(" ");
  read_clock(text, f, 2);
  text.demand(" GMT");
  return text.complete() ? to_time(f) : std::nullopt;
}

std::optional<sys_seconds> read_date_time(std::string_view text) noexcept {
  for (const auto read : {read_iso_time, read_american_time, read_http_date}) {
    if (const auto time = read(text)) {
      return time;
    }
  }
  return std::nullopt;
}

std::optional<sys_seconds> read_expires_in(std::string_view text, sys_seconds now) noexcept {
  const auto count = read_integer(text);
  if (!count || *count > (latest_time - now).count()) {
    return std::nullopt;
  }
  return now + std::chrono::seconds{*count};
}

std::optional<sys_seconds> read_expires_on(std::string_view text, sys_seconds now) noexcept {
  constexpr std::int64_t begin_of_2001 = 978'307'200;
  const auto number = read_integer(text);
  if (!number) {
    return read_date_time(text);
  }
  if (*number < begin_of_2001) {
    return read_expires_in(text, now);
  }
  const sys_seconds time{std::chrono::seconds{*number}};
  return time > latest_time ? std::nullopt : std::optional{time};
}

}  // namespace midas::internal
