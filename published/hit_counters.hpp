// Counts, for each thread by itself, how often it found a token at hand.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace midas {

/// Added to by one thread, which takes no atomic operation for it; read by any.
struct alignas(64) hit_counter {
  std::atomic<std::uint64_t> count = 0;
  /// Its thread counts no more.
  std::atomic<bool> ended = false;

  void add() noexcept {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

/// Thread-safe.
class hit_counters {
 public:
  /// For the calling thread, which keeps it as long as it counts.
  std::shared_ptr<hit_counter> make() {
    auto made = std::make_shared<hit_counter>();
    const std::lock_guard lock{mutex_};
    fold();
    counters_.push_back(made);
    return made;
  }

  /// Of a thread that has no counter.
  void add_one() {
    const std::lock_guard lock{mutex_};
    ++past_;
  }

  [[nodiscard]] std::uint64_t total() const {
    const std::lock_guard lock{mutex_};
    auto sum = past_;
    for (const auto& each : counters_) {
      sum += each->count.load(std::memory_order_relaxed);
    }
    return sum;
  }

 private:
  // Those of threads that have ended.
  void fold() {
    std::erase_if(counters_, [this](const auto& each) {
      if (!each->ended.load(std::memory_order_acquire)) {
        return false;
      }
      past_ += each->count.load(std::memory_order_relaxed);
      return true;
    });
  }

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<hit_counter>> counters_;
  std::uint64_t past_ = 0;
};

}  // namespace midas
