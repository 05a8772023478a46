// One drawing of a chart of the report page, as SVG.
#pragma once

#include "tools/load/page/axis.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// A drawing is scaled, texts included. So each chart is drawn for windows of three widths, of
/// which the style sheet shows one.
struct chart_size {
  /// The class of the element.
  const char* name;
  double width;
  double height;
  /// About so many labels fit below the plot.
  std::size_t time_ticks;
};

inline constexpr std::array<chart_size, 3> chart_sizes{
    {{"wide", 1120, 300, 12}, {"medium", 720, 280, 8}, {"narrow", 350, 250, 5}}};

/// A value for a time; none draws a gap.
struct chart_step {
  double from = 0;
  double to = 0;
  std::optional<double> value{};
};

/// Part of a column that is filled from `low` to `high`.
struct chart_block {
  double from = 0;
  double to = 0;
  double low = 0;
  double high = 0;
};

struct chart_point {
  double x = 0;
  double y = 0;
};

/// Colors and patterns are classes of the style sheet. Texts are escaped.
class svg_chart {
 public:
  /// `labels` has the ids of the elements that name and describe the chart.
  svg_chart(const chart_size& size, std::string_view labels);

  [[nodiscard]] const chart_size& size() const { return size_; }
  // The plot, in the units of the drawing.
  [[nodiscard]] double left() const { return 64; }
  [[nodiscard]] double right() const { return size_.width - 22; }
  [[nodiscard]] double top() const { return 38; }
  [[nodiscard]] double bottom() const { return size_.height - 46; }

  /// The lines and labels of both axes, and the text below the horizontal one.
  void draw_axes(const chart_axis& x, const chart_axis& y, std::string_view x_title);
  void draw_steps(const chart_axis& x, const chart_axis& y, const std::vector<chart_step>& steps,
                  std::string_view style);
  void draw_blocks(const chart_axis& x, const chart_axis& y, const std::vector<chart_block>& blocks,
                   std::string_view style);
  void draw_line(const chart_axis& x, const chart_axis& y, const std::vector<chart_point>& points,
                 std::string_view style);
  /// A band over the height of the plot, at least two units wide.
  void draw_band(double from, double to, std::string_view style);
  void draw_vertical(double x, std::string_view style);
  void draw_text(double x, double y, std::string_view style, std::string_view text);
  /// A transparent area over the height of the plot that shows a text when the pointer is over it.
  void draw_hint(double from, double to, std::string_view text);

  [[nodiscard]] std::string str() const { return text_ + "</svg>"; }

 private:
  chart_size size_;
  std::string text_;
};

/// The width of a text in the units of the drawing, at most.
[[nodiscard]] double text_width(std::string_view text);

}  // namespace midas::internal::tools
