#include "tools/load/page/chart_section.hpp"

#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

namespace midas::internal::tools {

namespace {

std::string key_of(const std::string& style) {
  return style.starts_with("area") ? fmt::format(R"(<path class="{}" d="M0 0H26V12H0Z"/>)", style)
                                   : fmt::format(R"(<path class="{}" d="M0 6H26"/>)", style);
}

}  // namespace

std::string to_html(const chart_section& section) {
  auto html = fmt::format(
      R"(<section class="chart" aria-labelledby="{0}"><h2 id="{0}">{1}</h2><p class="quantity">{2}</p>)",
      section.id, html_text(section.title), html_text(section.quantity));
  html += "<ul class=\"legend\">";
  for (const auto& each : section.legend) {
    html += fmt::format(
        R"(<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true">{}</svg>{}</li>)",
        key_of(each.style), html_text(each.text));
  }
  html += "</ul>";
  for (const auto& size : chart_sizes) {
    svg_chart chart{size, fmt::format("{0} {0}-summary", section.id)};
    section.draw(chart);
    html += chart.str();
  }
  return html + fmt::format("<p class=\"note\" id=\"{}-summary\">{}</p></section>\n", section.id,
                            html_text(section.summary));
}

}  // namespace midas::internal::tools
