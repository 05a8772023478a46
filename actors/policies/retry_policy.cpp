#include "actors/policies/retry_policy.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;

bool is_network_failure(errc code) noexcept {
  return code == errc::unreachable || code == errc::connection_lost ||
         code == errc::request_timeout || code == errc::invalid_http;
}

bool is_update(const retry_schedule& schedule, int status) noexcept {
  return schedule.update_status != 0 && status == schedule.update_status;
}

// The pause after the failure with that number, counted from 1.
milliseconds pause_after(const retry_schedule& schedule, int status, std::size_t number) noexcept {
  if (is_update(schedule, status)) {
    return schedule.update_pause;
  }
  auto pause = schedule.first_pause;
  for (std::size_t i = 1; i < number && pause < schedule.max_pause && schedule.growth > 1; ++i) {
    pause = std::min(pause * schedule.growth, schedule.max_pause);
  }
  return pause;
}

}  // namespace

bool is_transient(const host_profile& profile, const error& failure) noexcept {
  return failure.http_status != 0 ? contains(profile.transient_statuses, failure.http_status)
                                  : is_network_failure(failure.code);
}

bool is_refusal(const host_profile& profile, const error& failure) noexcept {
  return failure.http_status >= 400 && failure.http_status < 500 &&
         !is_transient(profile, failure) &&
         (failure.code == errc::identity_not_found || failure.code == errc::request_rejected);
}

std::optional<retry_policy::time_point> retry_policy::next(const error& failure, bool first_leg,
                                                           time_point now, time_point latest,
                                                           double jitter) noexcept {
  const int status = failure.http_status;
  if (profile_ == nullptr || !is_transient(*profile_, failure)) {
    return std::nullopt;
  }
  if (profile_->begins_with_challenge && first_leg && status >= 400 && status < 500) {
    return std::nullopt;
  }
  const auto& schedule = profile_->retries;
  if (failures_++ == 0) {
    allowed_ = is_update(schedule, status) ? schedule.max_update_retries : schedule.max_retries;
  }
  if (failures_ > allowed_) {
    return std::nullopt;
  }
  const auto requested = std::min(failure.retry_after.value_or(milliseconds{0}), max_retry_after);
  const auto pause = pause_after(schedule, status, failures_);
  const auto earliest = now + std::max(pause, requested);
  if (earliest >= latest) {
    return std::nullopt;
  }
  // The jitter must not move the retry past `latest`.
  const auto width = std::min<time_point::duration>(pause, (latest - earliest) / 2);
  return earliest + time_point::duration{static_cast<time_point::duration::rep>(
                        static_cast<double>(width.count()) * jitter)};
}

}  // namespace midas::internal
