#include "actors/policies/retry_policy.hpp"

#include "actors/policies/deadline.hpp"

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
  if (failure.http_status == 0) {
    return is_network_failure(failure.code);
  }
  return failure.code != errc::not_an_azure_host &&
         contains(profile.transient_statuses, failure.http_status);
}

bool is_refusal(const host_profile& profile, const error& failure) noexcept {
  return failure.http_status >= 400 && failure.http_status < 500 &&
         !is_transient(profile, failure) &&
         (failure.code == errc::identity_not_found || failure.code == errc::request_rejected);
}

bool is_doubtful(const host_profile& profile, const error& failure) noexcept {
  return profile.may_pass != nullptr && profile.may_pass(failure);
}

retry_policy::decision retry_policy::after(const failed_attempt& attempt) noexcept {
  const auto& failure = attempt.failure;
  if (profile_ == nullptr) {
    return {attempt.now};
  }
  const bool timed_out = failure.code == errc::request_timeout;
  timeouts_ = timed_out ? timeouts_ + 1 : 0;
  const auto pause = pause_after(profile_->retries, failure.http_status, ++failures_);
  const auto requested = std::min(failure.retry_after.value_or(milliseconds{0}), max_retry_after);
  const auto earliest = std::max((timed_out ? attempt.started_at : attempt.now) + pause,
                                 attempt.now + std::max(requested, milliseconds{0}));
  const auto latest_start = attempt.latest - min_time_after_pause;
  decision result{earliest};
  const bool refused_to_challenge = profile_->begins_with_challenge && attempt.is_first_leg &&
                                    failure.http_status >= 400 && failure.http_status < 500;
  const bool may_pass = failures_ <= doubtful_retries && is_doubtful(*profile_, failure);
  result.may_succeed = (is_transient(*profile_, failure) || may_pass) && !refused_to_challenge;
  result.retry = result.may_succeed && earliest < latest_start && may_retry();
  time_point::duration width = pause;
  if (result.retry) {
    ++retries_;
    // The jitter must not move the retry too close to the last deadline.
    width = std::min(width, (latest_start - earliest) / 2);
  } else if (is_update(profile_->retries, failure.http_status)) {
    width = time_point::duration::zero();
  }
  result.next += time_point::duration{
      static_cast<time_point::duration::rep>(static_cast<double>(width.count()) * attempt.jitter)};
  return result;
}

std::chrono::nanoseconds retry_policy::min_attempt_time() const noexcept {
  return profile_ == nullptr ? milliseconds{0} : profile_->retries.first_pause;
}

std::chrono::nanoseconds retry_policy::attempt_time(
    time_point now, std::optional<time_point> latest) const noexcept {
  if (!may_retry()) {
    return limits_.attempt_timeout;
  }
  constexpr unsigned max_doublings = 16;
  const auto limit = std::min<std::chrono::nanoseconds>(
      limits_.attempt_timeout, first_attempt_time * (1U << std::min(timeouts_, max_doublings)));
  if (!latest || timeouts_ != 0) {
    return limit;
  }
  const auto left = *latest - now;
  return left > min_attempt_time() ? std::min<std::chrono::nanoseconds>(limit, left / 4 * 3)
                                   : limit;
}

bool retry_policy::should_repeat(time_point started_at, time_point now) const noexcept {
  return timeouts_ == 0 && may_retry() && now - started_at >= min_attempt_time();
}

}  // namespace midas::internal
