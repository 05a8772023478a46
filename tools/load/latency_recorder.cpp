#include "tools/load/latency_recorder.hpp"

#include <boost/histogram/axis/regular.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
#include <vector>

namespace midas::internal::tools {

namespace histogram = boost::histogram;

namespace {

// From 10 ns to 1,000 s; each bin is 1% wider than the previous one.
constexpr double min_latency = 10;
constexpr double max_latency = 1e12;
constexpr unsigned bins = 2546;

const auto& axis() {
  static const histogram::axis::regular<double, histogram::axis::transform::log> instance{
      bins, min_latency, max_latency};
  return instance;
}

using bin_counts = std::vector<std::uint64_t>;

void add_to(bin_counts& sum, const bin_counts& counts) {
  std::ranges::transform(sum, counts, sum.begin(), std::plus{});
}

}  // namespace

struct latency_recorder::shard {
  std::mutex mutex;
  bin_counts counts = bin_counts(bins);
  std::uint64_t count = 0;
  std::chrono::nanoseconds maximum{0};
};

latency_recorder::latency_recorder() {
  std::ranges::generate(shards_, [] { return std::make_unique<shard>(); });
}

latency_recorder::~latency_recorder() = default;

latency_recorder::shard& latency_recorder::own_shard() {
  static std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t thread = threads++;
  return *shards_.at(thread % shards);
}

void latency_recorder::record(std::chrono::nanoseconds latency) {
  auto& mine = own_shard();
  const std::lock_guard lock{mine.mutex};
  const auto value =
      std::clamp(static_cast<double>(latency.count()), min_latency, max_latency * 0.999);
  ++mine.counts.at(static_cast<std::size_t>(axis().index(value)));
  ++mine.count;
  mine.maximum = std::max(mine.maximum, latency);
}

void latency_recorder::add(const latency_recorder& other) {
  auto& mine = *shards_.front();
  for (const auto& theirs : other.shards_) {
    add_to(mine.counts, theirs->counts);
    mine.count += theirs->count;
    mine.maximum = std::max(mine.maximum, theirs->maximum);
  }
}

std::uint64_t latency_recorder::count() const {
  std::uint64_t result = 0;
  for (const auto& each : shards_) {
    const std::lock_guard lock{each->mutex};
    result += each->count;
  }
  return result;
}

std::chrono::nanoseconds latency_recorder::percentile(double part) const {
  bin_counts all(bins);
  for (const auto& each : shards_) {
    const std::lock_guard lock{each->mutex};
    add_to(all, each->counts);
  }
  const auto wanted = part * static_cast<double>(count());
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < all.size(); ++bin) {
    seen += all[bin];
    if (seen != 0 && static_cast<double>(seen) >= wanted) {
      const auto upper = axis().bin(static_cast<int>(bin)).upper();
      return std::min(std::chrono::nanoseconds{std::llround(upper)}, maximum());
    }
  }
  return maximum();
}

std::chrono::nanoseconds latency_recorder::maximum() const {
  std::chrono::nanoseconds result{0};
  for (const auto& each : shards_) {
    const std::lock_guard lock{each->mutex};
    result = std::max(result, each->maximum);
  }
  return result;
}

}  // namespace midas::internal::tools
