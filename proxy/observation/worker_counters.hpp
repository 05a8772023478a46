// What one worker counts of its requests and connections.
#pragma once

#include "proxy/observation/latency_buckets.hpp"
#include "proxy/observation/proxy_observer.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace midas::internal::proxy {

inline constexpr std::size_t token_result_count = 7;
inline constexpr std::size_t rejection_count = 6;

/// The counters of all workers, added up.
struct worker_totals {
  /// By token_result.
  std::array<std::uint64_t, token_result_count> results{};
  latency_histogram durations{};
  std::uint64_t connected = 0;
  std::uint64_t disconnected = 0;
  /// By rejection.
  std::array<std::uint64_t, rejection_count> rejected{};

  [[nodiscard]] std::uint64_t of(token_result result) const noexcept {
    return results.at(static_cast<std::size_t>(result));
  }
  /// Requests that were answered with a token.
  [[nodiscard]] std::uint64_t tokens() const noexcept;
  [[nodiscard]] std::uint64_t requests() const noexcept;
};

/// Written by one worker's thread at a time, and read by any. No two workers' counters share a
/// cache line: 128 bytes, since processors fetch lines in pairs.
class alignas(128) worker_counters {
 public:
  void served(token_result result, std::chrono::nanoseconds elapsed) noexcept;
  void connected() noexcept { bump(connected_); }
  void disconnected() noexcept { bump(disconnected_); }
  void rejected(rejection why) noexcept { bump(rejected_.at(static_cast<std::size_t>(why))); }

  /// Adds these counters to `sum`. The counters are read one after another.
  void add_to(worker_totals& sum) const noexcept;

 private:
  using counter = std::atomic<std::uint64_t>;

  // There is one writer, so that no instruction has to lock the line.
  static void bump(counter& each, std::uint64_t by = 1) noexcept {
    each.store(each.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::array<counter, token_result_count> results_{};
  std::array<counter, latency_bucket_count> buckets_{};
  counter nanoseconds_ = 0;
  counter connected_ = 0;
  counter disconnected_ = 0;
  std::array<counter, rejection_count> rejected_{};
};

}  // namespace midas::internal::proxy
