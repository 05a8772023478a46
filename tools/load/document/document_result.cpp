#include "tools/load/document/document_result.hpp"

#include "messages/make_error.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace midas::internal::tools {

namespace {

std::chrono::nanoseconds rounded(double nanoseconds) {
  return std::chrono::nanoseconds{std::llround(std::min(nanoseconds, 9e18))};
}

latency_histogram histogram_of_figures(const load_figures& figures) {
  std::vector<std::uint64_t> counts(latency_buckets::count);
  for (const auto& each : figures.histogram) {
    counts[latency_buckets::index_of(rounded(static_cast<double>(each.lower)))] += each.count;
  }
  const auto count = static_cast<double>(count_of(figures.histogram));
  return {std::move(counts), rounded(figures.latency("mean").value_or(0) * 1e6 * count),
          rounded(figures.latency("max").value_or(0) * 1e6)};
}

// errc::not_started, which no request under load fails with, for a kind that is not known.
errc kind_of(const std::string& name) {
  for (int i = 0; i <= std::numeric_limits<std::uint8_t>::max(); ++i) {
    if (const auto code = static_cast<errc>(i); to_string(code) == name) {
      return code;
    }
  }
  return errc::not_started;
}

load_part part_of(load_phase_kind kind, const load_figures& figures) {
  load_part part;
  part.kind = kind;
  part.elapsed = rounded(figures.seconds * 1e9);
  part.latencies = histogram_of_figures(figures);
  part.missed = figures.missed;
  for (const auto& [name, count] : figures.errors_by_kind) {
    const auto code = kind_of(name);
    std::vector<std::uint64_t> counts(latency_buckets::count);
    counts.front() = count;
    part.failures[code].add({std::move(counts), {}, {}});
    if (count != 0 && !part.first_error) {
      part.first_error = make_error(code, fmt::format("{} requests failed: {}", count, name),
                                    "Run midas load on that machine to see their texts");
    }
  }
  return part;
}

}  // namespace

load_result result_of(const load_document& document) {
  load_result result;
  result.what = document.what;
  result.open_model = document.open_model;
  result.interrupted = document.interrupted;
  result.peak_rss_bytes = document.peak_rss_bytes;
  if (document.cold) {
    result.parts.push_back(part_of(load_phase_kind::cold, *document.cold));
  }
  if (document.steady || !document.cold) {
    result.parts.push_back(part_of(load_phase_kind::steady, document.main_figures()));
  }
  result.parts.back().counts = document.counts;
  return result;
}

}  // namespace midas::internal::tools
