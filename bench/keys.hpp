// The cost of a large number of keys.
#pragma once

#include "bench/bench_report.hpp"

namespace midas::internal::bench {

/// Measures 100,000 keys, acquired from a host and published in a table. Waits 22 s for the
/// acquisitions to end. Forks, so no other thread may exist.
void measure_keys(bench_report& report);

}  // namespace midas::internal::bench
