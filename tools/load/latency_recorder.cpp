#include "tools/load/latency_recorder.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace midas::internal::tools {

struct latency_recorder::shard {
  std::atomic<std::int64_t> sum = 0;
  std::atomic<std::int64_t> maximum = 0;
  std::array<std::atomic<std::uint64_t>, latency_buckets::count> counts{};

  void record(std::int64_t latency) noexcept {
    counts[latency_buckets::index_of(std::chrono::nanoseconds{latency})].fetch_add(
        1, std::memory_order_relaxed);
    sum.fetch_add(latency, std::memory_order_relaxed);
    auto highest = maximum.load(std::memory_order_relaxed);
    while (latency > highest &&
           !maximum.compare_exchange_weak(highest, latency, std::memory_order_relaxed)) {
    }
  }
};

latency_recorder::latency_recorder() {
  std::ranges::generate(shards_, [] { return std::make_unique<shard>(); });
}

latency_recorder::~latency_recorder() = default;

latency_recorder::shard& latency_recorder::own_shard() noexcept {
  static std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t thread = threads++;
  return *shards_[thread % shards];
}

void latency_recorder::record(std::chrono::nanoseconds latency) noexcept {
  own_shard().record(std::max<std::int64_t>(latency.count(), 0));
}

latency_histogram latency_recorder::recorded() const {
  std::vector<std::uint64_t> counts(latency_buckets::count);
  std::int64_t sum = 0;
  std::int64_t maximum = 0;
  for (const auto& each : shards_) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += each->counts[i].load(std::memory_order_relaxed);
    }
    sum += each->sum.load(std::memory_order_relaxed);
    maximum = std::max(maximum, each->maximum.load(std::memory_order_relaxed));
  }
  return {std::move(counts), std::chrono::nanoseconds{sum}, std::chrono::nanoseconds{maximum}};
}

std::uint64_t latency_recorder::count() const noexcept {
  std::uint64_t result = 0;
  for (const auto& each : shards_) {
    for (const auto& count : each->counts) {
      result += count.load(std::memory_order_relaxed);
    }
  }
  return result;
}

}  // namespace midas::internal::tools
