#include "tools/load/page/chart_section.hpp"
#include "tools/load/page/charts.hpp"
#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace midas::internal::tools {

namespace {

struct distribution {
  const char* name;
  const char* style;
  const load_figures* figures;
};

double maximum_of(const load_figures& figures) {
  return figures.latency("max").value_or(static_cast<double>(figures.histogram.back().upper) /
                                         1e6) *
         1e6;
}

std::vector<distribution> distributions_in(const load_document& document) {
  std::vector<distribution> result;
  const auto add = [&result](const char* name, const char* style, const load_figures* figures) {
    if (figures != nullptr && !figures->histogram.empty()) {
      result.push_back({name, style, figures});
    }
  };
  add("Cold burst", "s2", document.cold ? &*document.cold : nullptr);
  add("Steady state", "s1", document.steady ? &*document.steady : nullptr);
  if (result.empty()) {
    add("Whole run", "s1", &document.whole);
  }
  return result;
}

// Up to the percentile that one request decides, or to 99.99.
std::vector<chart_point> curve_of(const load_figures& figures) {
  constexpr int steps = 280;
  const auto count = static_cast<double>(count_of(figures.histogram));
  const auto nines = std::min(4.0, std::log10(std::max(count, 2.0)));
  const auto maximum = maximum_of(figures);
  std::vector<chart_point> points;
  for (int i = 0; i <= steps; ++i) {
    const auto part = 1 - std::pow(10, -nines * i / steps);
    points.push_back({part, percentile(figures.histogram, part, maximum)});
  }
  return points;
}

std::string summary_of(const std::vector<distribution>& all) {
  std::string text;
  for (const auto& each : all) {
    const auto latency = [&each](const char* name) {
      return milliseconds_text(each.figures->latency(name));
    };
    text += fmt::format("{}{}: p50 {}, p99 {}, p99.9 {}, p99.99 {}, max {}.",
                        text.empty() ? "" : " ", each.name, latency("p50"), latency("p99"),
                        latency("p999"), latency("p9999"), latency("max"));
  }
  text += " A curve ends where a single request decides.";
  return text;
}

}  // namespace

std::string distribution_section(const load_document& document) {
  const auto all = distributions_in(document);
  if (all.empty()) {
    return {};
  }
  chart_section section{.id = "distribution",
                        .title = "Latency distribution",
                        .quantity = "Latency that the given percentage of requests does not exceed",
                        .summary = summary_of(all)};
  double least = 1e18;
  double greatest = 0;
  std::vector<std::vector<chart_point>> curves;
  for (const auto& each : all) {
    section.legend.push_back({fmt::format("line {}", each.style), each.name});
    curves.push_back(curve_of(*each.figures));
    least = std::min(least, curves.back().front().y);
    greatest = std::max(greatest, curves.back().back().y);
  }
  section.draw = [&](svg_chart& chart) {
    const auto x = chart_axis::percentiles(chart.left(), chart.right());
    const auto y = chart_axis::latency(least, greatest, chart.bottom(), chart.top());
    chart.draw_axes(x, y, "percentile of requests (%)");
    for (std::size_t i = 0; i < all.size(); ++i) {
      chart.draw_line(x, y, curves[i], all[i].style);
    }
  };
  return to_html(section);
}

}  // namespace midas::internal::tools
