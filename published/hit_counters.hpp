// Counts the tokens that all threads have read from their caches.
#pragma once

#include <midas/detail/hit_counter.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace midas::internal {

using detail::hit_counter;

/// Thread-safe.
class hit_counters {
 public:
  /// A counter for the calling thread, which sets `ended` when it no longer counts.
  std::shared_ptr<hit_counter> make() {
    auto made = std::make_shared<hit_counter>();
    const std::lock_guard lock{mutex_};
    fold();
    counters_.push_back(made);
    return made;
  }

  /// Counts a hit of a thread that has no counter.
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
  // Adds up and removes the counters of threads that have ended.
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

}  // namespace midas::internal
