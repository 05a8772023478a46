// How a thread waits for a token.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace midas::detail {

/// Passes one outcome to a blocked thread. Shared with the waiter, which may outlive the call. Any
/// thread.
class outcome_box {
 public:
  /// The first outcome counts.
  void put(expected<access_token> outcome) {
    const std::lock_guard lock{mutex_};
    if (!outcome_) {
      outcome_ = std::move(outcome);
      filled_.notify_one();
    }
  }

  /// False if the deadline passes first.
  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    return filled_.wait_until(lock, deadline, [this] { return outcome_.has_value(); });
  }

  /// Blocks until there is an outcome.
  expected<access_token> take() {
    std::unique_lock lock{mutex_};
    filled_.wait(lock, [this] { return outcome_.has_value(); });
    return *std::move(outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::optional<expected<access_token>> outcome_;
};

}  // namespace midas::detail
