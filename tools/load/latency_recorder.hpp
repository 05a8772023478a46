// Latencies of a load run, as a histogram.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace midas::internal::tools {

/// Thread-safe. Percentiles are exact to one percent of their value, the maximum is exact.
class latency_recorder {
 public:
  latency_recorder();
  ~latency_recorder();
  latency_recorder(const latency_recorder&) = delete;
  latency_recorder& operator=(const latency_recorder&) = delete;

  void record(std::chrono::nanoseconds latency);

  /// Adds what the other has recorded; nobody may be recording.
  void add(const latency_recorder& other);

  [[nodiscard]] std::uint64_t count() const;
  /// The latency that this part (0 to 1) of all do not exceed; zero when there are none.
  [[nodiscard]] std::chrono::nanoseconds percentile(double part) const;
  [[nodiscard]] std::chrono::nanoseconds maximum() const;

 private:
  // Threads record into different shards, so that they do not wait for each other.
  struct shard;
  static constexpr std::size_t shards = 16;
  [[nodiscard]] shard& own_shard();

  std::array<std::unique_ptr<shard>, shards> shards_;
};

}  // namespace midas::internal::tools
