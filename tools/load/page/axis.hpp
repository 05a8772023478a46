// Axes of the report page's charts.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// A line across the plot, with its label; none if the label is empty.
struct axis_tick {
  double value = 0;
  std::string label{};
};

/// Maps values to positions between `begin` and `end`, which may be the lesser one.
class chart_axis {
 public:
  /// A linear axis from 0 to at least `maximum`, with about `ticks` ticks at 1, 2 or 5 times a
  /// power of ten.
  static chart_axis linear(double maximum, std::size_t ticks, double begin, double end);
  /// From 0 to exactly `seconds`, labeled in seconds, minutes or hours; see unit().
  static chart_axis time(double seconds, std::size_t ticks, double begin, double end);
  /// A logarithmic axis of nanoseconds that contains both, with ticks at powers of ten.
  static chart_axis latency(double least, double greatest, double begin, double end);
  /// Percentiles from 0 to 99.99; each further nine takes as much room as the one before it.
  static chart_axis percentiles(double begin, double end);

  /// Values outside of the axis are moved to its ends.
  [[nodiscard]] double position(double value) const;
  [[nodiscard]] const std::vector<axis_tick>& ticks() const { return ticks_; }
  /// "s", "min" or "h" of a time axis.
  [[nodiscard]] const std::string& unit() const { return unit_; }
  [[nodiscard]] double begin() const { return begin_; }
  [[nodiscard]] double end() const { return end_; }

 private:
  enum class scale { linear, logarithm, nines };
  chart_axis(scale kind, double low, double high, double begin, double end);
  [[nodiscard]] double scaled(double value) const;

  scale kind_;
  double low_;
  double high_;
  double begin_;
  double end_;
  std::vector<axis_tick> ticks_;
  std::string unit_;
};

}  // namespace midas::internal::tools
