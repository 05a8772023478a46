#include "actors/policies/rate_limit.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds min_throttled_pause{1'000};
constexpr milliseconds max_throttled_pause{60'000};
constexpr seconds widening_interval{1};

std::size_t doubled(std::size_t allowed, std::size_t limit) noexcept {
  return allowed >= limit / 2 ? limit : allowed * 2;
}

}  // namespace

rate_limit::rate_limit(host_limits limits)
    : limits_{std::max<std::size_t>(1, limits.max_in_flight), limits.max_per_second},
      in_flight_allowed_(limits_.max_in_flight),
      per_second_allowed_(limits_.max_per_second),
      begun_(limits_.max_per_second, time_point::min()) {}

rate_limit::time_point rate_limit::next_admission(time_point now) noexcept {
  recover(now);
  if (in_flight_ < in_flight_allowed_) {
    return within_rate(0, now);
  }
  // Requests in flight may hang for longer than the limits stay lowered.
  return widened_at_.value_or(time_point::max());
}

rate_limit::time_point rate_limit::earliest_admission(std::size_t ahead, time_point now) noexcept {
  recover(now);
  return within_rate(ahead, now);
}

rate_limit::time_point rate_limit::within_rate(std::size_t ahead, time_point now) const noexcept {
  const auto open = std::max(now, paused_until_);
  if (begun_.empty()) {
    return open;
  }
  auto allowed = per_second_allowed_;
  auto admitted_at = at_rate(allowed, ahead, open);
  // The limits may be doubled before the request is sent.
  for (auto widened = widened_at_;
       widened && *widened < admitted_at && allowed < limits_.max_per_second;
       *widened += widening_interval) {
    allowed = doubled(allowed, limits_.max_per_second);
    admitted_at = std::max(*widened, at_rate(allowed, ahead, open));
  }
  return admitted_at;
}

rate_limit::time_point rate_limit::at_rate(std::size_t per_second, std::size_t ahead,
                                           time_point open) const noexcept {
  // A request is sent one window after the request that is `per_second` places before it.
  const auto back = per_second - ahead % per_second;
  const auto rounds = rate_window * static_cast<int>(ahead / per_second);
  const auto before = begun_[(oldest_ + begun_.size() - back) % begun_.size()];
  return std::max(open, before + rate_window) + rounds;
}

void rate_limit::begin(time_point now) noexcept {
  ++in_flight_;
  if (!begun_.empty()) {
    begun_[oldest_] = now;
    oldest_ = (oldest_ + 1) % begun_.size();
  }
}

void rate_limit::end() noexcept { --in_flight_; }

std::size_t rate_limit::max_in_flight(time_point now) noexcept {
  recover(now);
  return in_flight_allowed_;
}

rate_limit::time_point rate_limit::throttled(
    time_point now, std::optional<std::chrono::milliseconds> retry_after) noexcept {
  recover(now);
  // Several 429s to requests that were in flight together lower the limits once.
  if (now >= paused_until_) {
    const auto most = in_flight_allowed_ == unlimited ? in_flight_ + 1 : in_flight_allowed_;
    in_flight_allowed_ = std::max<std::size_t>(1, most / 2);
    if (per_second_allowed_ != 0) {
      per_second_allowed_ = std::max<std::size_t>(1, per_second_allowed_ / 2);
    }
  }
  const auto pause = std::clamp(retry_after.value_or(min_throttled_pause), min_throttled_pause,
                                max_throttled_pause);
  paused_until_ = std::max(paused_until_, now + pause);
  widened_at_ = paused_until_ + widening_interval;
  return paused_until_;
}

void rate_limit::recover(time_point now) noexcept {
  while (widened_at_ && *widened_at_ <= now) {
    in_flight_allowed_ = doubled(in_flight_allowed_, limits_.max_in_flight);
    if (per_second_allowed_ != 0) {
      per_second_allowed_ = doubled(per_second_allowed_, limits_.max_per_second);
    }
    const bool is_wide = in_flight_allowed_ == limits_.max_in_flight &&
                         per_second_allowed_ == limits_.max_per_second;
    widened_at_ = is_wide ? std::nullopt : std::optional{*widened_at_ + widening_interval};
  }
}

}  // namespace midas::internal
