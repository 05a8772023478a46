// The latencies of a load run as a histogram.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace midas::internal::tools {

/// Thread-safe. Percentiles are accurate to one percent of their value; the maximum is exact.
class latency_recorder {
 public:
  latency_recorder();
  ~latency_recorder();
  latency_recorder(const latency_recorder&) = delete;
  latency_recorder& operator=(const latency_recorder&) = delete;

  void record(std::chrono::nanoseconds latency);

  /// Adds the latencies of `other`. Neither recorder may be in use by another thread.
  void add(const latency_recorder& other);

  [[nodiscard]] std::uint64_t count() const;
  /// The latency that the fraction `part` (0 to 1) of all latencies does not exceed. Zero if none
  /// was recorded.
  [[nodiscard]] std::chrono::nanoseconds percentile(double part) const;
  [[nodiscard]] std::chrono::nanoseconds maximum() const;

 private:
  // Threads record into different shards to avoid contention.
  struct shard;
  static constexpr std::size_t shards = 16;
  [[nodiscard]] shard& own_shard();

  std::array<std::unique_ptr<shard>, shards> shards_;
};

}  // namespace midas::internal::tools
