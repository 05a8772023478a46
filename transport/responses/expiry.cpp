#include "transport/responses/expiry.hpp"

#include "messages/ascii.hpp"
#include "transport/responses/date_time.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::sys_seconds;

constexpr sys_seconds begin_of_2001{std::chrono::seconds{978'307'200}};

std::optional<stated_time> absolute(std::optional<sys_seconds> time) noexcept {
  return time ? std::optional{stated_time{*time, false}} : std::nullopt;
}

std::optional<sys_seconds> from_milliseconds(std::int64_t number) noexcept {
  const sys_seconds time{std::chrono::seconds{number / 1'000}};
  return time < begin_of_2001 || time > latest_time ? std::nullopt : std::optional{time};
}

// "/Date(1565244611000)/", "/Date(1565244611000+0000)/"; the offset does not change the time.
std::optional<sys_seconds> read_dotnet_date(std::string_view text) noexcept {
  constexpr std::string_view begin = "/Date(";
  constexpr std::string_view end = ")/";
  if (!text.starts_with(begin) || !text.ends_with(end) || text.size() < begin.size() + end.size()) {
    return std::nullopt;
  }
  text = text.substr(begin.size(), text.size() - begin.size() - end.size());
  const auto number = read_integer(text.substr(0, text.find_first_of("+-")));
  return number ? from_milliseconds(*number) : std::nullopt;
}

std::optional<stated_time> from_number(std::int64_t number, sys_seconds now) noexcept {
  const std::chrono::seconds count{number};
  if (sys_seconds{count} < begin_of_2001) {
    return stated_time{now + count, true};
  }
  return absolute(sys_seconds{count} <= latest_time ? std::optional{sys_seconds{count}}
                                                    : from_milliseconds(number));
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

std::optional<stated_time> read_stated_time(std::string_view text, sys_seconds now) noexcept {
  if (const auto number = read_integer(text)) {
    return from_number(*number, now);
  }
  const auto time = read_date_time(text);
  return absolute(time ? time : read_dotnet_date(text));
}

}  // namespace midas::internal
