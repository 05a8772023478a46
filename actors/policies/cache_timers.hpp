// When the cache actor must wake.
#pragma once

#include "actors/policies/timer_queue.hpp"
#include "messages/clock_reading.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace midas::internal {

/// All timers of a cache actor, served by one delayed message: a message per timer would wake the
/// thread of CAF's clock for each of them. Pure: time is an argument. Not thread-safe.
///
/// Deadlines are on the steady clock. Refreshes are on the boot clock, which advances while the
/// machine is suspended; delayed messages do not, so that a refresh may be due when another timer
/// wakes the actor.
template <class Acquisition>
class cache_timers {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The deadline of the acquisition's first waiter, as far as the cache actor knows.
  timer_queue<Acquisition> deadlines;

  /// When to look for idle acquisitions and tokens.
  void sweep_by(time_point at) { sweep_at_ = std::min(sweep_at_, at); }

  /// True once after the time of sweep_by().
  [[nodiscard]] bool take_sweep(time_point now) {
    const bool due = now >= sweep_at_;
    sweep_at_ = due ? time_point::max() : sweep_at_;
    return due;
  }

  /// The delayed message that was to arrive by `now` has arrived.
  void woken(time_point now) {
    if (now >= wake_at_) {
      wake_at_ = time_point::max();
    }
  }

  /// The delay of a message that the actor must send itself now; none if an earlier message will
  /// arrive in time, or if no timer is set. `refresh` is when the next refresh is due.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> arm(
      time_point now, boot_clock::time_point boot_now,
      std::optional<boot_clock::time_point> refresh) {
    auto next = sweep_at_;
    if (const auto deadline = deadlines.next()) {
      next = std::min(next, *deadline);
    }
    if (refresh) {
      const std::chrono::nanoseconds wait = *refresh - boot_now;
      next = std::min(next, now + std::max(wait, std::chrono::nanoseconds{0}));
    }
    if (next >= wake_at_) {
      return std::nullopt;
    }
    wake_at_ = next;
    return next - now;
  }

 private:
  time_point sweep_at_ = time_point::max();
  // When the earliest delayed message that was sent arrives.
  time_point wake_at_ = time_point::max();
};

}  // namespace midas::internal
