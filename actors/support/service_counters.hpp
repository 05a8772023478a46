// The counters behind token_service_statistics.
#pragma once

#include <atomic>
#include <cstdint>

namespace midas::internal {

/// Incremented by actors and by the threads of callers.
struct service_counters {
  std::atomic<std::uint64_t> tokens = 0;
  std::atomic<std::uint64_t> errors = 0;
  std::atomic<std::uint64_t> cache_hits = 0;
  std::atomic<std::uint64_t> coalesced = 0;
  std::atomic<std::uint64_t> acquisitions = 0;
  std::atomic<std::uint64_t> refreshes = 0;
  std::atomic<std::uint64_t> retries = 0;
  std::atomic<std::uint64_t> throttled = 0;
  // Gauges.
  std::atomic<std::uint64_t> waiters = 0;
  std::atomic<std::uint64_t> queued = 0;

  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count = 1) noexcept {
    counter.fetch_add(count, std::memory_order_relaxed);
  }
};

}  // namespace midas::internal
