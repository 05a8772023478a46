// When an acquisition that takes long is reported. Pure: time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace midas::internal {

/// The first report is due a second after the acquisition has begun, the next two seconds later,
/// and so on with pauses that double up to half a minute. A timer that is still running when the
/// next acquisition begins serves that one, so that many short ones leave no timers behind. Not
/// thread-safe.
class wait_schedule {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  struct timer {
    std::chrono::nanoseconds delay{};
    std::uint64_t number = 0;
  };

  /// An acquisition begins. Returns the timer to set, if any.
  std::optional<timer> begin(time_point now) {
    pause_ = first_pause;
    due_ = now + pause_;
    return arm(now);
  }

  struct step {
    bool reports = false;
    std::optional<timer> next{};
  };

  /// The timer of that number has fired. Without an acquisition `in_progress`, none is set again.
  step fire(std::uint64_t number, bool in_progress, time_point now) {
    if (number != number_) {
      return {};
    }
    armed_for_.reset();
    if (!in_progress) {
      return {};
    }
    const bool is_due = now >= due_;
    if (is_due) {
      pause_ = std::min(2 * pause_, max_pause);
      due_ = now + pause_;
    }
    return {is_due, arm(now)};
  }

 private:
  static constexpr std::chrono::seconds first_pause{1};
  static constexpr std::chrono::seconds max_pause{30};

  std::optional<timer> arm(time_point now) {
    if (armed_for_ && *armed_for_ <= due_) {
      return std::nullopt;
    }
    armed_for_ = due_;
    return timer{due_ - now, ++number_};
  }

  std::chrono::seconds pause_ = first_pause;
  time_point due_{};
  // Of the last timer, while it runs. An earlier one is ignored.
  std::optional<time_point> armed_for_{};
  std::uint64_t number_ = 0;
};

}  // namespace midas::internal
