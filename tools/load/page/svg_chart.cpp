#include "tools/load/page/svg_chart.hpp"

#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace midas::internal::tools {

namespace {

template <class... Arguments>
void append(std::string& text, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
}

}  // namespace

svg_chart::svg_chart(const chart_size& size, std::string_view labels) : size_(size) {
  append(text_, R"(<svg class="{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-labelledby="{}">)",
         size.name, size.width, size.height, labels);
}

void svg_chart::draw_axes(const chart_axis& x, const chart_axis& y, std::string_view x_title) {
  for (const auto& tick : y.ticks()) {
    const auto at = y.position(tick.value);
    append(text_, R"(<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>)", left(), at, right());
    draw_text(left() - 8, at + 4, "label end", tick.label);
  }
  for (const auto& tick : x.ticks()) {
    const auto at = x.position(tick.value);
    append(text_, R"(<path class="tick" d="M{:.1f} {:.1f}v5"/>)", at, bottom());
    draw_text(at, bottom() + 19, "label middle", tick.label);
  }
  append(text_, R"(<path class="base" d="M{:.1f} {:.1f}H{:.1f}"/>)", left(), bottom(), right());
  draw_text((left() + right()) / 2, size_.height - 8, "label middle", x_title);
}

void svg_chart::draw_steps(const chart_axis& x, const chart_axis& y,
                           const std::vector<chart_step>& steps, std::string_view style) {
  append(text_, R"(<path class="line {}" d=")", style);
  const char* command = "M";
  for (const auto& each : steps) {
    if (!each.value) {
      command = "M";
      continue;
    }
    append(text_, "{}{:.1f} {:.1f}H{:.1f}", command, x.position(each.from), y.position(*each.value),
           x.position(each.to));
    command = "L";
  }
  text_ += "\"/>";
}

void svg_chart::draw_blocks(const chart_axis& x, const chart_axis& y,
                            const std::vector<chart_block>& blocks, std::string_view style) {
  append(text_, R"(<path class="area {}" d=")", style);
  for (const auto& each : blocks) {
    append(text_, "M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", x.position(each.from),
           y.position(each.low), x.position(each.to), y.position(each.high), x.position(each.from));
  }
  text_ += "\"/>";
}

void svg_chart::draw_line(const chart_axis& x, const chart_axis& y,
                          const std::vector<chart_point>& points, std::string_view style) {
  append(text_, R"(<path class="line {}" d=")", style);
  const char* command = "M";
  for (const auto& each : points) {
    append(text_, "{}{:.1f} {:.1f}", command, x.position(each.x), y.position(each.y));
    command = "L";
  }
  text_ += "\"/>";
}

void svg_chart::draw_band(double from, double to, std::string_view style) {
  append(text_, R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", style,
         from, top(), std::max(2.0, to - from), bottom() - top());
}

void svg_chart::draw_vertical(double x, std::string_view style) {
  append(text_, R"(<path class="{}" d="M{:.1f} {:.1f}V{:.1f}"/>)", style, x, top(), bottom());
}

void svg_chart::draw_text(double x, double y, std::string_view style, std::string_view text) {
  append(text_, R"(<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>)", style, x, y,
         html_text(text));
}

void svg_chart::draw_hint(double from, double to, std::string_view text) {
  append(
      text_,
      R"(<rect class="hint" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>)",
      from, top(), std::max(1.0, to - from), bottom() - top(), html_text(text));
}

double text_width(std::string_view text) {
  constexpr double wide_character = 10;
  return wide_character * static_cast<double>(text.size());
}

}  // namespace midas::internal::tools
