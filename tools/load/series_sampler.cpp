#include "tools/load/series_sampler.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace midas::internal::tools {

load_counts counts_between(const run_snapshot& before, const run_snapshot& after) {
  auto counts = after.counts - before.counts;
  const auto tokens = after.latencies.count() - before.latencies.count();
  const auto misses = std::min(after.cache_misses - before.cache_misses, tokens);
  counts.hits = tokens - misses;
  counts.fetched = std::min(counts.fetched, misses);
  counts.joined = misses - counts.fetched;
  return counts;
}

series_row row_between(const run_snapshot& before, const run_snapshot& after) {
  series_row row;
  row.length = after.time - before.time;
  row.latencies = latency_summary{after.latencies.since(before.latencies)};
  row.errors = after.errors - before.errors;
  row.counts = counts_between(before, after);
  return row;
}

std::size_t bucket_count(const std::vector<series_row>& series) {
  return std::transform_reduce(series.begin(), series.end(), std::size_t{0}, std::plus{},
                               [](const auto& row) { return row.latencies.buckets.size(); });
}

series_sampler::series_sampler(phase& now, surroundings around, std::vector<series_row>& series)
    : phase_(now),
      around_(std::move(around)),
      series_(series),
      first_(snapshot()),
      last_(first_),
      thread_([this] { run(); }) {}

series_sampler::~series_sampler() { finish(); }

load_counts series_sampler::finish() {
  {
    const std::lock_guard lock{mutex_};
    is_stopped_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
    add_row();
  }
  return counts_between(first_, last_);
}

run_snapshot series_sampler::snapshot() const {
  return {std::chrono::steady_clock::now(), phase_.latencies(), phase_.errors(),
          phase_.cache_misses(), around_.counts()};
}

void series_sampler::add_row() {
  auto now = snapshot();
  auto row = row_between(last_, now);
  row.from = last_.time - around_.began;
  row.kind = around_.kind;
  if (auto* const pacer = phase_.pacer()) {
    row.target_rate = pacer->schedule().rate_at(last_.time - first_.time + row.length / 2);
  }
  if (row.latencies.buckets.size() > around_.max_buckets) {
    row.latencies.buckets = {};
  }
  around_.max_buckets -= row.latencies.buckets.size();
  series_.push_back(std::move(row));
  last_ = std::move(now);
}

void series_sampler::run() {
  std::unique_lock lock{mutex_};
  auto next = first_.time;
  while (
      !stopped_.wait_until(lock, next += std::chrono::seconds{1}, [this] { return is_stopped_; })) {
    lock.unlock();
    add_row();
    lock.lock();
  }
}

}  // namespace midas::internal::tools
