#include "transport/responses/retry_after.hpp"

#include "transport/responses/date_time.hpp"
#include "transport/responses/host_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace midas::internal {

namespace {

constexpr std::chrono::milliseconds max_retry_after = std::chrono::hours{24 * 365};

// "1", "0.25"; rounded up to milliseconds.
std::optional<std::chrono::milliseconds> read_seconds(std::string_view text) noexcept {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  const auto is_number = [](std::string_view digits) {
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!is_number(whole) || !is_number(fraction)) {
    return std::nullopt;
  }
  std::int64_t milliseconds = 0;
  for (const char c : whole) {
    milliseconds = milliseconds * 10 + (c - '0') * std::int64_t{1000};
    if (milliseconds >= max_retry_after.count()) {
      return max_retry_after;
    }
  }
  std::int64_t unit = 100;
  for (const char c : fraction.substr(0, 3)) {
    milliseconds += (c - '0') * unit;
    unit /= 10;
  }
  const bool more = fraction.find_first_not_of('0', 3) != std::string_view::npos;
  return std::chrono::milliseconds{milliseconds + (more ? 1 : 0)};
}

}  // namespace

std::optional<std::chrono::milliseconds> read_retry_after(const http_response& response,
                                                          std::chrono::sys_seconds now) {
  const auto text = header_value(response, "Retry-After");
  if (const auto seconds = read_seconds(text)) {
    return seconds;
  }
  const auto date = read_http_date(text);
  const auto begin = sent_at(response).value_or(now);
  if (!date || *date < begin) {
    return std::nullopt;
  }
  return std::min<std::chrono::milliseconds>(*date - begin, max_retry_after);
}

}  // namespace midas::internal
