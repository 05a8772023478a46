// What a single cached read takes: time, and memory.
#pragma once

#include "bench/bench_report.hpp"
#include "bench/cached_turns.hpp"

#include <cstddef>

namespace midas::internal::bench {

/// With so many resources in turn, by the number of threads.
void tell_latencies(bench_report& report, contestants& all, const settings& of,
                    std::size_t resources);

void tell_allocations(bench_report& report, contestants& all);

}  // namespace midas::internal::bench
