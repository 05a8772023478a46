// Records the latencies of a load run from any thread.
#pragma once

#include "tools/load/latency_histogram.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace midas::internal::tools {

/// Thread-safe and lock-free.
class latency_recorder {
 public:
  latency_recorder();
  ~latency_recorder();
  latency_recorder(const latency_recorder&) = delete;
  latency_recorder& operator=(const latency_recorder&) = delete;

  void record(std::chrono::nanoseconds latency) noexcept;

  /// What was recorded so far. A latency that is being recorded may be missing from it in part: in
  /// the sum but not in a bucket, for example.
  [[nodiscard]] latency_histogram recorded() const;

  [[nodiscard]] std::uint64_t count() const noexcept;

 private:
  // Threads record into different shards to avoid contention.
  struct shard;
  static constexpr std::size_t shards = 16;
  [[nodiscard]] shard& own_shard() noexcept;

  std::array<std::unique_ptr<shard>, shards> shards_;
};

}  // namespace midas::internal::tools
