// Measures how long threads wait for a processor on this machine.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace midas::internal::chaos {

/// A thread that repeatedly sleeps and measures how late it wakes up.
class scheduling_watch {
 public:
  scheduling_watch() : thread_([this](const std::stop_token& stop) { watch(stop); }) {}
  scheduling_watch(const scheduling_watch&) = delete;
  scheduling_watch& operator=(const scheduling_watch&) = delete;

  /// The longest delay since the last call.
  [[nodiscard]] std::chrono::nanoseconds take_worst() noexcept {
    return std::chrono::nanoseconds{worst_.exchange(0)};
  }

 private:
  void watch(const std::stop_token& stop) {
    constexpr std::chrono::milliseconds pause{5};
    while (!stop.stop_requested()) {
      const auto due = std::chrono::steady_clock::now() + pause;
      std::this_thread::sleep_until(due);
      const std::int64_t late =
          std::chrono::nanoseconds{std::chrono::steady_clock::now() - due}.count();
      auto worst = worst_.load();
      while (late > worst && !worst_.compare_exchange_weak(worst, late)) {
      }
    }
  }

  std::atomic<std::int64_t> worst_ = 0;
  // Last, so that it starts after the members that it uses.
  std::jthread thread_;
};

}  // namespace midas::internal::chaos
