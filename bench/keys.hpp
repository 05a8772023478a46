// What it takes to hold the tokens of very many keys.
#pragma once

#include "bench/bench_report.hpp"

namespace midas::internal::bench {

/// 100,000 keys, acquired from a host and published in a table. Takes 22 s for all to come to rest.
/// Forks: there must be no other thread.
void measure_keys(bench_report& report);

}  // namespace midas::internal::bench
