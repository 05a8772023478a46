// Counts the actors that are alive, so that a shutdown can wait for them.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace midas::internal {

/// Thread-safe. wait_for() blocks while a holder exists.
class gate : public std::enable_shared_from_this<gate> {
 public:
  using holder = std::shared_ptr<const void>;

  /// The result counts as one holder until its last copy is destroyed.
  holder enter() {
    holders_.fetch_add(1);
    return {this, [self = shared_from_this()](const void*) { self->leave(); }};
  }

  /// Blocks until no holder exists. False if the timeout passes first.
  bool wait_for(std::chrono::nanoseconds timeout) {
    std::unique_lock lock{mutex_};
    return all_left_.wait_for(lock, timeout, [this] { return holders_ == 0; });
  }

 private:
  void leave() {
    if (holders_.fetch_sub(1) == 1) {
      const std::lock_guard lock{mutex_};
      all_left_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable all_left_;
  std::atomic<std::size_t> holders_ = 0;
};

}  // namespace midas::internal
