// One thread's count of the tokens that it read from its cache.
#pragma once

#include <atomic>
#include <cstdint>

namespace midas::detail {

/// Incremented by one thread, without a locked instruction; read by any thread.
struct alignas(64) hit_counter {
  std::atomic<std::uint64_t> count = 0;
  /// True once the thread has ended and the count is final.
  std::atomic<bool> ended = false;

  void add() noexcept {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

}  // namespace midas::detail
