// What the charts of the report page have in common.
#pragma once

#include "tools/load/page/svg_chart.hpp"

#include <functional>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct legend_entry {
  /// "line s1" or "area s2": the classes of what is drawn.
  std::string style{};
  std::string text{};
};

/// A heading, a legend, the chart in all sizes, and a sentence below it.
struct chart_section {
  /// Unique on the page.
  std::string id{};
  std::string title{};
  /// The quantity of the vertical axis, with its unit.
  std::string quantity{};
  std::vector<legend_entry> legend{};
  /// What the chart shows, in figures: also for readers who cannot see it.
  std::string summary{};
  std::function<void(svg_chart&)> draw{};
};

[[nodiscard]] std::string to_html(const chart_section& section);

}  // namespace midas::internal::tools
