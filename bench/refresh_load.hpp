// The effect of refreshes on concurrent callers.
#pragma once

#include "bench/bench_report.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

namespace midas::internal::bench {

/// Measures 16 threads that request a token continuously while it is refreshed repeatedly.
void measure_refresh_under_load(bench_report& report);

/// The same with a token lifetime of 3 s, so that tokens are always close to their expiry.
void measure_short_lifetimes(bench_report& report);

/// Exits the program if `token` is an error.
void require(const expected<access_token>& token);

}  // namespace midas::internal::bench
