#include "actors/policies/retry_policy.hpp"

#include <algorithm>
#include <array>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t default_retries = 3;
constexpr std::size_t retries_while_updating = 7;
constexpr milliseconds while_updating{10'000};
constexpr milliseconds first_step{1'000};

bool is_transient_status(identity_host host, int status) noexcept {
  if (host == identity_host::imds) {
    return status == 404 || status == 408 || status == 410 || status == 429 ||
           (status >= 500 && status <= 599);
  }
  constexpr std::array transient{408, 429, 500, 502, 503, 504};
  return std::ranges::find(transient, status) != transient.end();
}

bool is_of_the_wire(errc code) noexcept {
  return code == errc::unreachable || code == errc::connection_lost ||
         code == errc::request_timeout || code == errc::invalid_http;
}

milliseconds step_of(identity_host host, int status, std::size_t failures) noexcept {
  if (host != identity_host::imds) {
    return first_step;
  }
  return status == 410 ? while_updating
                       : first_step * (1U << std::min<std::size_t>(failures - 1, 2));
}

}  // namespace

bool is_transient(identity_host host, const error& failure) noexcept {
  return failure.http_status != 0 ? is_transient_status(host, failure.http_status)
                                  : is_of_the_wire(failure.code);
}

bool is_refusal(identity_host host, const error& failure) noexcept {
  return failure.http_status >= 400 && failure.http_status < 500 &&
         !is_transient_status(host, failure.http_status) &&
         (failure.code == errc::identity_not_found || failure.code == errc::request_rejected);
}

std::optional<retry_policy::time_point> retry_policy::next(const error& failure, bool first_leg,
                                                           time_point now, time_point latest,
                                                           double jitter) noexcept {
  const int status = failure.http_status;
  const bool challenge_refused =
      host_ == identity_host::azure_arc && first_leg && status >= 400 && status < 500;
  if (!enabled_ || challenge_refused || !is_transient(host_, failure)) {
    return std::nullopt;
  }
  if (failures_++ == 0) {
    allowed_ =
        host_ == identity_host::imds && status == 410 ? retries_while_updating : default_retries;
  }
  if (failures_ > allowed_) {
    return std::nullopt;
  }
  const auto asked = std::min(failure.retry_after.value_or(milliseconds{0}), max_retry_after);
  const auto step = step_of(host_, status, failures_);
  const auto earliest = now + std::max(step, asked);
  if (earliest >= latest) {
    return std::nullopt;
  }
  // No more is left to chance than there is time.
  const auto width = std::min<time_point::duration>(step, (latest - earliest) / 2);
  return earliest + time_point::duration{static_cast<time_point::duration::rep>(
                        static_cast<double>(width.count()) * jitter)};
}

}  // namespace midas::internal
