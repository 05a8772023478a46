// How soon an actor that ended unexpectedly is started again.
#pragma once

#include <algorithm>
#include <chrono>

namespace midas::internal {

/// The first restart follows at once, those after it after a pause that doubles, until the actor
/// has run for a while. Pure.
class restart_pace {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds max_pause = std::chrono::seconds{30};
  /// An actor that has run for longer than this starts again without a pause.
  static constexpr std::chrono::seconds stable_after{60};

  /// The actor has started.
  void started(time_point now) noexcept { started_ = now; }

  /// The actor has ended; returns how long to wait before it is started again.
  [[nodiscard]] std::chrono::nanoseconds ended(time_point now) noexcept {
    if (now - started_ > stable_after) {
      pause_ = {};
    }
    const auto pause = pause_;
    pause_ = std::clamp(2 * pause, first_pause, max_pause);
    return pause;
  }

 private:
  time_point started_{};
  std::chrono::milliseconds pause_{};
};

}  // namespace midas::internal
