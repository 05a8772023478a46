// Counts what is still alive, so that a shutdown can wait for it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace midas {

/// Thread-safe. Each holder of a pass keeps the gate from being passed.
class gate : public std::enable_shared_from_this<gate> {
 public:
  using pass = std::shared_ptr<const void>;

  /// The gate counts it as one, until the last copy of the pass is gone.
  pass enter() {
    inside_.fetch_add(1);
    return {this, [self = shared_from_this()](const void*) { self->leave(); }};
  }

  /// Whether all had left within that time.
  bool wait_for(std::chrono::nanoseconds timeout) {
    std::unique_lock lock{mutex_};
    return left_.wait_for(lock, timeout, [this] { return inside_ == 0; });
  }

 private:
  void leave() {
    if (inside_.fetch_sub(1) == 1) {
      const std::lock_guard lock{mutex_};
      left_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable left_;
  std::atomic<std::size_t> inside_ = 0;
};

}  // namespace midas
