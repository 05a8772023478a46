// The cost of a large number of waiters.
#pragma once

#include "bench/bench_report.hpp"

namespace midas::internal::bench {

/// Measures a million callbacks and coroutines, and 100,000 requests of an actor, that wait for one
/// token. Forks, so no other thread may exist.
void measure_waiters(bench_report& report);

}  // namespace midas::internal::bench
