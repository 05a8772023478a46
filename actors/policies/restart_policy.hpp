// When an actor that ended unexpectedly is replaced. Pure: time is an argument.
#pragma once

#include <algorithm>
#include <chrono>

namespace midas::internal {

/// The first replacement starts immediately. If it ends soon, too, the pause before the next one
/// grows, so that an actor that cannot run does not occupy a core, or the host. Not thread-safe.
class restart_policy {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds max_pause{30'000};
  /// An actor that has run for this long is healthy.
  static constexpr std::chrono::milliseconds healthy{60'000};

  /// When to replace the actor that ended at `now`.
  [[nodiscard]] time_point next(time_point now) noexcept {
    const bool recovered = last_ != time_point{} && now - last_ >= healthy;
    pause_ = recovered ? std::chrono::milliseconds{0} : pause_;
    last_ = now + pause_;
    pause_ = std::clamp(pause_ * 2, first_pause, max_pause);
    return last_;
  }

  /// True if the actor has been healthy for so long that nothing needs to be remembered.
  [[nodiscard]] bool forgotten(time_point now) const noexcept { return now - last_ >= healthy; }

 private:
  std::chrono::milliseconds pause_{0};
  // When the last replacement started.
  time_point last_{};
};

}  // namespace midas::internal
