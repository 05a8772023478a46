#include "tools/load/page/time_bins.hpp"

#include <algorithm>

namespace midas::internal::tools {

namespace {

void raise(std::optional<double>& greatest, const std::optional<double>& value) {
  if (value) {
    greatest = std::max(greatest.value_or(0), *value);
  }
}

void add(time_bin& bin, const load_second& second) {
  if (bin.phase.empty()) {
    bin.phase = second.phase;
  }
  bin.tokens += second.tokens;
  bin.errors += second.errors;
  bin.hits += second.hits;
  bin.joined += second.joined;
  bin.fetched += second.fetched;
  bin.refreshes += second.refreshes;
  bin.http_requests += second.http_requests;
  bin.throttled += second.throttled;
  raise(bin.target_rate, second.target_rate);
  raise(bin.p50_ms, second.p50_ms);
  raise(bin.p99_ms, second.p99_ms);
  raise(bin.max_ms, second.max_ms);
}

}  // namespace

std::vector<time_bin> time_bins(const std::vector<load_second>& series, std::size_t most) {
  if (series.empty()) {
    return {};
  }
  const auto rows = (series.size() - 1) / most + 1;
  std::vector<time_bin> bins((series.size() - 1) / rows + 1);
  for (std::size_t i = 0; i < series.size(); ++i) {
    auto& bin = bins[i / rows];
    const auto& second = series[i];
    if (i % rows == 0) {
      bin.from_second = bin.to_second = second.from;
    }
    bin.to_second = std::max(bin.to_second, second.from + second.length);
    add(bin, second);
  }
  return bins;
}

}  // namespace midas::internal::tools
