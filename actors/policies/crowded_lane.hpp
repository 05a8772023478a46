// Which lane has sent nearly all requests that the host's rate allows. Pure: time is an argument.
#pragma once

#include "actors/policies/rate_limit.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace midas::internal {

/// A lane that wants more than the host's rate leaves a twentieth of it, and at least one request a
/// second, to the others: otherwise the single request of another lane would wait until the window
/// of the rate has passed. Lane 0, the lane of applications without lanes, leaves nothing. All
/// operations take amortized constant time. Not thread-safe.
class crowded_lane {
 public:
  using time_point = rate_limit::time_point;

  struct state {
    std::uint32_t lane = 0;
    /// When its next request may be sent.
    time_point until{};
  };

  /// A request of that lane is sent.
  void begin(std::uint32_t lane, std::size_t per_second, time_point now) {
    if (per_second < least_per_second) {
      return;
    }
    while (!sent_.empty() && sent_.front().first + rate_window <= now) {
      forget(sent_.front().second);
      sent_.pop_front();
    }
    if (lane == 0) {
      return;
    }
    sent_.emplace_back(now, lane);
    auto& times = lanes_[lane];
    times.push_back(now);
    const auto most = per_second - std::max<std::size_t>(1, per_second / 20);
    if (times.size() >= most) {
      // More than half, so that no other lane is crowded.
      crowded_ = {lane, times[times.size() - most] + rate_window};
    }
  }

  /// The lane that must wait at `now`, if there is one.
  [[nodiscard]] std::optional<state> find(time_point now) const noexcept {
    return crowded_ && crowded_->until > now ? crowded_ : std::nullopt;
  }

 private:
  static constexpr std::size_t least_per_second = 4;

  void forget(std::uint32_t lane) {
    const auto at = lanes_.find(lane);
    at->second.pop_front();
    if (at->second.empty()) {
      lanes_.erase(at);
    }
  }

  // In the last window, the oldest first.
  std::deque<std::pair<time_point, std::uint32_t>> sent_;
  std::unordered_map<std::uint32_t, std::deque<time_point>> lanes_;
  std::optional<state> crowded_;
};

}  // namespace midas::internal
