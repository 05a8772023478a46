// Results of load runs for tests.
#pragma once

#include "messages/make_error.hpp"
#include "tools/load/load_result.hpp"

#include <chrono>
#include <cstdint>

namespace midas::internal::test {

/// `count` latencies of 1 ms, 2 ms, 3 ms and so on.
inline tools::latency_histogram rising_latencies(int count) {
  tools::latency_histogram result;
  for (int i = 1; i <= count; ++i) {
    result.record(std::chrono::milliseconds{i});
  }
  return result;
}

/// A cold burst of 10 tokens in a second, a warm-up, and a steady state of 100 tokens and 25 errors
/// in two seconds.
inline tools::load_result sample_result() {
  using namespace std::chrono_literals;
  tools::load_result result;
  result.what = "10 actors";
  result.started_at = std::chrono::sys_seconds{1'796'000'000s};
  result.parts.push_back({.kind = tools::load_phase_kind::cold,
                          .elapsed = 1s,
                          .latencies = rising_latencies(10),
                          .counts = {.joined = 9, .fetched = 1, .http_requests = 1}});
  result.parts.push_back({.kind = tools::load_phase_kind::warm_up,
                          .elapsed = 1s,
                          .latencies = rising_latencies(1'000),
                          .counts = {.hits = 1'000, .http_requests = 77}});
  tools::latency_histogram throttled;
  throttled.record(7s);
  result.parts.push_back(
      {.kind = tools::load_phase_kind::steady,
       .elapsed = 2s,
       .latencies = rising_latencies(100),
       .failures = {{errc::throttled, throttled}, {errc::unreachable, rising_latencies(24)}},
       .counts = {.hits = 100, .http_requests = 10},
       .first_error = make_error(errc::throttled, "too many")});
  result.series.push_back({.from = 1'500ms,
                           .length = 1s,
                           .kind = tools::load_phase_kind::steady,
                           .target_rate = 50,
                           .latencies = tools::latency_summary{rising_latencies(100)},
                           .errors = 25,
                           .counts = {.hits = 100, .http_requests = 10, .throttled = 1}});
  result.series.push_back({.from = 2'500ms, .length = 1s, .kind = tools::load_phase_kind::steady});
  result.faults.push_back({2, 4, "503 from IMDS"});
  return result;
}

}  // namespace midas::internal::test
