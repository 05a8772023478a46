#include "tools/load/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace midas::internal::tools {

namespace {

double in_milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// The same steps as HdrHistogram's: five for each halving of the distance to 100%.
std::vector<double> hdr_percentiles(std::uint64_t count) {
  constexpr double ticks_per_half_distance = 5;
  std::vector<double> result;
  double percent = 0;
  // Beyond that no two percentiles differ.
  const auto last = 100 - 50.0 / static_cast<double>(count);
  while (percent < last) {
    result.push_back(percent);
    const auto half_distances = std::floor(std::log2(100 / (100 - percent))) + 1;
    percent += 100 / (ticks_per_half_distance * std::exp2(half_distances));
  }
  return result;
}

void append_hdr_line(std::string& text, const latency_histogram& latencies, double percent,
                     std::uint64_t up_to) {
  const auto value = in_milliseconds(latencies.percentile(percent));
  const auto part = percent / 100;
  fmt::format_to(std::back_inserter(text), "{:12.6f} {:14.12f} {:10}", value, part, up_to);
  if (part < 1) {
    fmt::format_to(std::back_inserter(text), " {:14.2f}", 1 / (1 - part));
  }
  text += '\n';
}

// How many latencies the value at that percentile is not below.
std::uint64_t count_up_to(const std::vector<latency_histogram::bucket>& buckets,
                          std::chrono::nanoseconds value) {
  std::uint64_t seen = 0;
  for (const auto& bucket : buckets) {
    if (bucket.lower > value) {
      break;
    }
    seen += bucket.count;
  }
  return seen;
}

}  // namespace

std::string to_hdr(const load_result& result) {
  const auto* const part = result.judged();
  const auto latencies = part == nullptr ? latency_histogram{} : part->latencies;
  const auto buckets = latencies.buckets();
  auto text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount",
                          "1/(1-Percentile)");
  if (!latencies.empty()) {
    for (const auto percent : hdr_percentiles(latencies.count())) {
      append_hdr_line(text, latencies, percent,
                      count_up_to(buckets, latencies.percentile(percent)));
    }
    append_hdr_line(text, latencies, 100, latencies.count());
  }
  text += fmt::format("#[Mean    = {:12.6f}, StdDeviation   = {:12.6f}]\n",
                      in_milliseconds(latencies.mean()),
                      in_milliseconds(latencies.standard_deviation()));
  text += fmt::format("#[Max     = {:12.6f}, Total count    = {:12}]\n",
                      in_milliseconds(latencies.maximum()), latencies.count());
  // 4,992 buckets: 39 ranges of 128.
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", latency_buckets::count / 128,
                      128);
  return text;
}

std::string to_csv(const load_result& result) {
  std::string text =
      "from_seconds,seconds,phase,target_rate,tokens,errors,hits,joined,fetched,refreshes,"
      "http_requests,throttled,p50_ms,p99_ms,max_ms\n";
  const auto latency = [](const series_row& row, std::chrono::nanoseconds time) {
    return row.latencies.count == 0 ? std::string{} : fmt::format("{:.6f}", in_milliseconds(time));
  };
  for (const auto& row : result.series) {
    const auto& counts = row.counts;
    text += fmt::format(
        "{:.3f},{:.3f},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", in_milliseconds(row.from) / 1e3,
        in_milliseconds(row.length) / 1e3, to_string(row.kind),
        row.target_rate ? fmt::format("{:.6g}", *row.target_rate) : "", row.latencies.count,
        row.errors, counts.hits, counts.joined, counts.fetched, counts.refreshes,
        counts.http_requests, counts.throttled, latency(row, row.latencies.p50),
        latency(row, row.latencies.p99), latency(row, row.latencies.maximum));
  }
  return text;
}

}  // namespace midas::internal::tools
