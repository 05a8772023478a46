#include "tools/load/page/time_bins.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::tools {

namespace {

void raise(std::optional<double>& greatest, const std::optional<double>& value) {
  if (value) {
    greatest = std::max(greatest.value_or(0), *value);
  }
}

// `second` is a row of the series or another bin.
template <class Second>
void add(time_bin& bin, const Second& second) {
  if (bin.phase.empty()) {
    bin.phase = second.phase;
  }
  bin += second;
  raise(bin.target_rate, second.target_rate);
  raise(bin.p50_ms, second.p50_ms);
  raise(bin.p99_ms, second.p99_ms);
  raise(bin.max_ms, second.max_ms);
}

// The last row of a phase may be so short that its rate says nothing.
bool is_short_end(const time_bin& bin, const time_bin& before) {
  constexpr double min_seconds = 0.25;
  return before.phase == bin.phase && bin.to_second - bin.from_second < min_seconds;
}

// Rows of several workers overlap, since their clocks are not one.
std::vector<time_bin> one_after_the_other(std::vector<time_bin> bins) {
  std::vector<time_bin> result;
  for (auto& each : bins) {
    if (!result.empty()) {
      auto& before = result.back();
      each.from_second = std::max(each.from_second, before.to_second);
      if (each.to_second <= before.to_second || is_short_end(each, before)) {
        add(before, each);
        before.to_second = std::max(before.to_second, each.to_second);
        continue;
      }
    }
    result.push_back(std::move(each));
  }
  return result;
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
  return one_after_the_other(std::move(bins));
}

}  // namespace midas::internal::tools
