#include "transport/responses/host_clock.hpp"

#include "messages/concat.hpp"
#include "messages/time_text.hpp"
#include "transport/responses/date_time.hpp"
#include "transport/responses/expiry.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds max_difference{30};

// In a cache on the way.
seconds age_of(const http_response& response) noexcept {
  constexpr std::int64_t most = 31'536'000;
  return seconds{
      std::clamp<std::int64_t>(read_integer(header_value(response, "Age")).value_or(0), 0, most)};
}

}  // namespace

std::optional<sys_seconds> sent_at(const http_response& response) noexcept {
  const auto date = read_http_date(header_value(response, "Date"));
  return date ? std::optional{*date + age_of(response)} : std::nullopt;
}

seconds clock_error(const http_response& response, sys_seconds now) noexcept {
  const auto difference = now - sent_at(response).value_or(now);
  return std::chrono::abs(difference) <= max_difference ? seconds{0} : difference;
}

std::string describe_clock(const http_response& response, sys_seconds now) {
  if (!sent_at(response)) {
    return "the answer has no Date to compare this machine's clock with";
  }
  const auto difference = clock_error(response, now);
  if (difference == seconds{0}) {
    return "this machine's clock agrees with the answer's Date";
  }
  return concat({"this machine's clock is ", duration_text(std::chrono::abs(difference)),
                 (difference > seconds{0} ? " ahead of" : " behind"), " the answer's Date"});
}

}  // namespace midas::internal
