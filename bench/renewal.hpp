// What callers notice of a token that is renewed while they ask for it.
#pragma once

#include "bench/bench_report.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

namespace midas::internal::bench {

/// 16 threads that ask all the time, while the token is renewed again and again.
void load_across_renewals(bench_report& report);

/// The same with tokens that live 3 s, so that each is near its end all its life.
void load_near_expiry(bench_report& report);

/// Ends the program when there is no token.
void require(const expected<access_token>& token);

}  // namespace midas::internal::bench
