#include "tools/load/page/axis.hpp"

#include "tools/load/page/page_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace midas::internal::tools {

namespace {

constexpr double last_percentile = 0.9999;

// The least of 1, 2 and 5 times a power of ten that is at least `step`.
double nice_step(double step) {
  const auto power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * 0.999'999) {
      return factor * power;
    }
  }
  return 10 * power;
}

std::vector<axis_tick> ticks_up_to(double maximum, double step) {
  std::vector<axis_tick> ticks;
  for (int i = 0; i * step <= maximum * 1.000'001; ++i) {
    ticks.push_back({i * step, short_number(i * step)});
  }
  return ticks;
}

// Of time, the steps are those of clocks.
double time_step(double step) {
  if (step <= 1) {
    return nice_step(step);
  }
  for (const double nice : {1, 2, 5, 10, 15, 20, 30}) {
    if (nice >= step) {
      return nice;
    }
  }
  return nice_step(step);
}

}  // namespace

chart_axis::chart_axis(scale kind, double low, double high, double begin, double end)
    : kind_(kind), low_(low), high_(high), begin_(begin), end_(end) {}

double chart_axis::scaled(double value) const {
  const auto clamped = std::clamp(value, low_, high_);
  switch (kind_) {
    case scale::logarithm:
      return std::log10(clamped);
    case scale::nines:
      return -std::log10(1 - clamped);
    case scale::linear:
      break;
  }
  return clamped;
}

double chart_axis::position(double value) const {
  const auto low = scaled(low_);
  return begin_ + (scaled(value) - low) / (scaled(high_) - low) * (end_ - begin_);
}

chart_axis chart_axis::linear(double maximum, std::size_t ticks, double begin, double end) {
  const auto greatest = std::max(maximum, 1e-9);
  const auto step = nice_step(greatest / static_cast<double>(ticks));
  const auto high = std::ceil(greatest / step * 0.999'999) * step;
  chart_axis result{scale::linear, 0, high, begin, end};
  result.ticks_ = ticks_up_to(high, step);
  return result;
}

chart_axis chart_axis::time(double seconds, std::size_t ticks, double begin, double end) {
  const auto span = std::max(seconds, 1e-3);
  const std::pair<double, const char*> unit = span > 36'000 ? std::pair{3'600.0, "h"}
                                              : span > 600  ? std::pair{60.0, "min"}
                                                            : std::pair{1.0, "s"};
  chart_axis result{scale::linear, 0, span, begin, end};
  const auto step = time_step(span / unit.first / static_cast<double>(ticks));
  result.ticks_ = ticks_up_to(span / unit.first, step);
  for (auto& each : result.ticks_) {
    each.value *= unit.first;
  }
  result.unit_ = unit.second;
  return result;
}

chart_axis chart_axis::latency(double least, double greatest, double begin, double end) {
  const auto low = static_cast<int>(std::floor(std::log10(std::max(least, 1.0)) + 1e-9));
  const auto high =
      std::max(low + 1, static_cast<int>(std::ceil(std::log10(std::max(greatest, 1.0)) - 1e-9)));
  chart_axis result{scale::logarithm, std::pow(10, low), std::pow(10, high), begin, end};
  for (auto power = low; power <= high; ++power) {
    result.ticks_.push_back({std::pow(10, power), latency_text(std::pow(10, power))});
  }
  return result;
}

chart_axis chart_axis::percentiles(double begin, double end) {
  chart_axis result{scale::nines, 0, last_percentile, begin, end};
  result.ticks_ = {{0, "0"},     {0.5, "50"},     {0.9, "90"},
                   {0.99, "99"}, {0.999, "99.9"}, {last_percentile, "99.99"}};
  return result;
}

}  // namespace midas::internal::tools
