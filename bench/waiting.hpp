// What it takes to wait for a token, with very many who do.
#pragma once

#include "bench/bench_report.hpp"

namespace midas::internal::bench {

/// A million callbacks and coroutines, and 100,000 requests of an actor, that wait for one token.
/// Forks: there must be no other thread.
void measure_waiting(bench_report& report);

}  // namespace midas::internal::bench
