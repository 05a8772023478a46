// The figures of each second of a load run.
#pragma once

#include "tools/load/load_result.hpp"
#include "tools/load/phase.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace midas::internal::tools {

/// The counters of a phase, and those of the service, at one moment.
struct run_snapshot {
  std::chrono::steady_clock::time_point time{};
  latency_histogram latencies{};
  std::uint64_t errors = 0;
  std::uint64_t cache_misses = 0;
  /// Those of the service since it was created, with `fetched` as run_observer counts it; `hits`
  /// and `joined` are not set.
  load_counts counts{};
};

/// What happened from one moment to a later one. `hits`, `joined` and `fetched` add up to the
/// tokens, also where the counters of the service are ahead of the answers that the callers have
/// got, or behind them.
load_counts counts_between(const run_snapshot& before, const run_snapshot& after);

/// The row of the series for that time. Its `from`, `kind` and `target_rate` are not set.
series_row row_between(const run_snapshot& before, const run_snapshot& after);

/// The buckets that the rows keep.
std::size_t bucket_count(const std::vector<series_row>& series);

/// The most buckets of --series-histograms, about 15 MB of JSON: those of half an hour if each
/// second has 300.
inline constexpr std::size_t max_series_buckets = 500'000;

/// Adds a row to a series each second while a phase runs, on a thread of its own.
class series_sampler {
 public:
  struct surroundings {
    /// Of the run.
    std::chrono::steady_clock::time_point began{};
    load_phase_kind kind = load_phase_kind::cold;
    /// The counters of the service; any thread.
    std::function<load_counts()> counts;
    /// Rows keep their buckets until there would be more.
    std::size_t max_buckets = 0;
  };

  /// `now` and `series` must outlive the sampler.
  series_sampler(phase& now, surroundings around, std::vector<series_row>& series);
  series_sampler(const series_sampler&) = delete;
  series_sampler& operator=(const series_sampler&) = delete;
  ~series_sampler();

  /// Adds the last row and returns the counts of the whole phase. Idempotent.
  load_counts finish();

 private:
  [[nodiscard]] run_snapshot snapshot() const;
  void add_row();
  void run();

  phase& phase_;
  surroundings around_;
  std::vector<series_row>& series_;
  run_snapshot first_;
  run_snapshot last_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace midas::internal::tools
