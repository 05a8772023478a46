#include <midas/actors/rate_limit.hpp>

#include <algorithm>

namespace midas {

rate_limit::rate_limit(host_limits limits) : limits_(limits) {
  limits_.max_in_flight = std::max<std::size_t>(1, limits_.max_in_flight);
  begun_.assign(limits_.max_per_second, time_point::min());
}

rate_limit::time_point rate_limit::next_admission(time_point now) const noexcept {
  if (in_flight_ >= limits_.max_in_flight) {
    return time_point::max();
  }
  if (begun_.empty() || begun_[oldest_] == time_point::min()) {
    return now;
  }
  return std::max(now, begun_[oldest_] + std::chrono::seconds{1});
}

void rate_limit::begin(time_point now) noexcept {
  ++in_flight_;
  if (!begun_.empty()) {
    begun_[oldest_] = now;
    oldest_ = (oldest_ + 1) % begun_.size();
  }
}

void rate_limit::end() noexcept { --in_flight_; }

}  // namespace midas
