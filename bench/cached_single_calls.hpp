// The duration and the allocations of a single cached read.
#pragma once

#include "bench/bench_report.hpp"
#include "bench/cached_rounds.hpp"

#include <cstddef>

namespace midas::internal::bench {

/// Reads `resources` resources in turn, with each number of threads.
void measure_latencies(bench_report& report, implementations& all, const settings& options,
                       std::size_t resources);

void measure_allocations(bench_report& report, implementations& all);

}  // namespace midas::internal::bench
