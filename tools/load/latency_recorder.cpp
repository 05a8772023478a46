#include <midas/tools/load/latency_recorder.hpp>

#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/make_histogram.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace midas::tools {

namespace histogram = boost::histogram;

namespace {

// From 10 ns to 1,000 s, each bin 1 % wider than the one before.
constexpr double shortest = 10;
constexpr double longest = 1e12;
constexpr unsigned bins = 2546;

auto make_counts() {
  return histogram::make_histogram_with(
      std::vector<std::uint64_t>{},
      histogram::axis::regular<double, histogram::axis::transform::log>{bins, shortest, longest});
}

}  // namespace

struct latency_recorder::shard {
  std::mutex mutex;
  decltype(make_counts()) counts = make_counts();
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
  mine.counts(std::clamp(static_cast<double>(latency.count()), shortest, longest * 0.999));
  ++mine.count;
  mine.maximum = std::max(mine.maximum, latency);
}

void latency_recorder::add(const latency_recorder& other) {
  auto& mine = *shards_.front();
  for (const auto& theirs : other.shards_) {
    mine.counts += theirs->counts;
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
  auto all = make_counts();
  for (const auto& each : shards_) {
    const std::lock_guard lock{each->mutex};
    all += each->counts;
  }
  const auto wanted = part * static_cast<double>(count());
  std::uint64_t seen = 0;
  for (int bin = 0; bin < static_cast<int>(bins); ++bin) {
    seen += all.at(bin);
    if (seen != 0 && static_cast<double>(seen) >= wanted) {
      const auto upper = std::chrono::nanoseconds{std::llround(all.axis().bin(bin).upper())};
      return std::min(upper, maximum());
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

}  // namespace midas::tools
