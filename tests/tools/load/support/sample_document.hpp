// Documents of load runs that were never made.
#pragma once

#include "tools/load/document/load_document.hpp"
#include "tools/load/document/merge_documents.hpp"

#include <cmath>
#include <cstdint>
#include <string>

namespace midas::internal::test {

/// Buckets that are one percent wide, as those of midas load, with a tail: half of the latencies
/// are near `typical_ns`, one percent is at about ten times that.
inline tools::bucket_list sample_buckets(double typical_ns, std::uint64_t count) {
  tools::bucket_list buckets;
  double lower = typical_ns / 2;
  for (double left = static_cast<double>(count); left >= 1; lower *= 1.05) {
    const auto part = std::max(1.0, std::floor(left * 0.09));
    buckets.push_back({static_cast<std::uint64_t>(lower), static_cast<std::uint64_t>(lower * 1.05),
                       static_cast<std::uint64_t>(part)});
    left -= part;
  }
  return buckets;
}

inline tools::load_figures sample_figures(double typical_ns, std::uint64_t tokens, double seconds) {
  tools::load_figures figures;
  figures.histogram = sample_buckets(typical_ns, tokens);
  figures.tokens = tools::count_of(figures.histogram);
  figures.seconds = seconds;
  figures.tokens_per_second = static_cast<double>(figures.tokens) / seconds;
  const auto maximum = static_cast<double>(figures.histogram.back().upper) / 1e6;
  figures.latency_ms = {{"mean", typical_ns / 1e6},
                        {"p50", 0},
                        {"p90", 0},
                        {"p99", 0},
                        {"p999", 0},
                        {"p9999", 0},
                        {"max", maximum}};
  tools::set_percentiles(figures.latency_ms, figures.histogram);
  return figures;
}

inline tools::load_second sample_second(std::uint64_t second, std::uint64_t tokens) {
  tools::load_second result;
  result.second = second;
  result.from = static_cast<double>(second);
  result.phase = second == 0 ? "cold" : "steady";
  result.tokens = tokens;
  result.hits = second == 0 ? 0 : tokens;
  result.joined = second == 0 ? tokens - 1 : 0;
  result.fetched = second == 0 ? 1 : 0;
  result.http_requests = second == 0 ? 1 : second % 5 == 0 ? 1 : 0;
  result.refreshes = second != 0 && second % 5 == 0 ? 1 : 0;
  result.p50_ms = 0.01;
  result.p99_ms = 0.2;
  result.max_ms = 1.5;
  return result;
}

/// A run of a cold burst and a steady state of that many seconds.
inline tools::load_document sample_document(std::uint64_t seconds = 5) {
  tools::load_document document;
  document.midas_version = "0.1.0";
  document.started_at = "2026-11-28T22:00:00Z";
  document.machine = {"build-7", "Linux 6.1.0 x86_64", "A processor", 4, 16'000'000'000};
  document.settings = {{"as", "\"actors\"", "actors"}, {"callers", "1000", "1000"}};
  document.what = "1000 actors on 4 threads, 1 resource, simulated host with a latency of 50 ms";
  document.cold = sample_figures(5e7, 1'000, 0.06);
  document.steady = sample_figures(1e4, 500'000, static_cast<double>(seconds));
  document.whole = sample_figures(1e4, 501'000, static_cast<double>(seconds) + 0.06);
  document.counts = {
      .hits = 500'000, .joined = 999, .fetched = 1, .http_requests = 1, .connections = 1};
  document.upstream_requests_per_1000_tokens = 0.002;
  document.peak_rss_bytes = 48'000'000;
  for (std::uint64_t second = 0; second <= seconds; ++second) {
    document.series.push_back(sample_second(second, second == 0 ? 1'000 : 100'000));
  }
  return document;
}

}  // namespace midas::internal::test
