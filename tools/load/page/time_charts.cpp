#include "messages/plain_text.hpp"
#include "tools/load/number_text.hpp"
#include "tools/load/page/chart_section.hpp"
#include "tools/load/page/charts.hpp"
#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

namespace midas::internal::tools {

namespace {

using bins_of_run = std::vector<time_bin>;
using bin_value = std::function<std::optional<double>(const time_bin&)>;

std::vector<chart_step> steps_of(const bins_of_run& bins, const bin_value& value) {
  std::vector<chart_step> steps;
  for (const auto& each : bins) {
    steps.push_back({each.from_second, each.to_second, value(each)});
  }
  return steps;
}

double greatest(const std::vector<chart_step>& steps) {
  double result = 0;
  for (const auto& each : steps) {
    result = std::max(result, each.value.value_or(0));
  }
  return result;
}

bool has_values(const std::vector<chart_step>& steps) { return greatest(steps) > 0; }

bin_value rate_of(std::uint64_t time_bin::*count) {
  return [count](const time_bin& bin) { return std::optional{bin.per_second(bin.*count)}; };
}

std::string phase_text(const std::string& phase) {
  constexpr std::size_t max_length = 12;
  return phase == "warm_up" ? "warm-up"
         : phase == "cold"  ? "cold burst"
                            : one_line(phase, max_length);
}

void draw_faults(svg_chart& chart, const chart_axis& x, const std::vector<document_fault>& faults) {
  double free_from = 0;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const auto from = x.position(faults[i].from_second);
    chart.draw_band(from, x.position(faults[i].to_second), "fault");
    const auto label = fmt::format("F{}", i + 1);
    if (from >= free_from) {
      chart.draw_text(from, chart.top() - 5, "fault-label", label);
      free_from = from + text_width(label) + 6;
    }
  }
}

// The name of each phase above it; to the right of its beginning if the name before it is longer
// than its phase.
void draw_phases(svg_chart& chart, const chart_axis& x, const bins_of_run& bins) {
  double free_from = 0;
  for (auto begin = bins.begin(); begin != bins.end();) {
    const auto end = std::find_if(
        begin, bins.end(), [&begin](const time_bin& each) { return each.phase != begin->phase; });
    const auto from = x.position(begin->from_second);
    const auto to = x.position(std::prev(end)->to_second);
    const auto label = phase_text(begin->phase);
    const auto at = std::max(from, free_from);
    if (begin != bins.begin()) {
      chart.draw_vertical(from, "phase");
    }
    if (at < to && at + text_width(label) <= chart.size().width) {
      chart.draw_text(at, chart.top() - 22, "label", label);
      free_from = at + text_width(label) + 8;
    }
    begin = end;
  }
}

std::string hint_of(const time_bin& bin) {
  return fmt::format(
      "{:.3g} to {:.3g} s ({}): {} tokens/s, {} errors, {} HTTP requests, {} refreshes, {} of "
      "status 429; p50 {}, p99 {}, max {}",
      bin.from_second, bin.to_second, phase_text(bin.phase),
      with_commas(fmt::format("{:.0f}", bin.per_second(bin.tokens))), bin.errors, bin.http_requests,
      bin.refreshes, bin.throttled, milliseconds_text(bin.p50_ms), milliseconds_text(bin.p99_ms),
      milliseconds_text(bin.max_ms));
}

using draw_content = std::function<void(svg_chart&, const chart_axis& x)>;

// What all charts over time have in common, around what each of them draws.
void draw_over_time(svg_chart& chart, const load_document& document, const bins_of_run& bins,
                    const chart_axis& y, const draw_content& draw) {
  const auto x =
      chart_axis::time(bins.back().to_second, chart.size().time_ticks, chart.left(), chart.right());
  chart.draw_axes(x, y, "time since the start (" + x.unit() + ")");
  draw_phases(chart, x, bins);
  draw(chart, x);
  draw_faults(chart, x, document.faults);
  if (std::string_view{chart.size().name} == "wide") {
    for (const auto& each : bins) {
      chart.draw_hint(x.position(each.from_second), x.position(each.to_second), hint_of(each));
    }
  }
}

struct drawn_line {
  std::string style;
  std::string text;
  std::vector<chart_step> steps;
};

void add_fault_entry(chart_section& section, const load_document& document) {
  if (!document.faults.empty()) {
    section.legend.push_back({"area fault", "faults, listed below"});
  }
}

// A section of lines of rates on a linear axis.
std::string rate_section(chart_section section, const load_document& document,
                         const bins_of_run& bins, const std::vector<drawn_line>& lines) {
  double maximum = 0;
  for (const auto& each : lines) {
    section.legend.push_back({"line " + each.style, each.text});
    maximum = std::max(maximum, greatest(each.steps));
  }
  add_fault_entry(section, document);
  section.draw = [&](svg_chart& chart) {
    const auto y = chart_axis::linear(maximum, 4, chart.bottom(), chart.top());
    draw_over_time(chart, document, bins, y, [&](svg_chart& to, const chart_axis& x) {
      for (const auto& each : lines) {
        to.draw_steps(x, y, each.steps, each.style);
      }
    });
  };
  return to_html(section);
}

std::string rate_text(double value) { return with_commas(fmt::format("{:.0f}", value)); }

}  // namespace

std::string throughput_section(const load_document& document, const bins_of_run& bins) {
  if (bins.empty()) {
    return {};
  }
  std::vector<drawn_line> lines{{"s1", "tokens", steps_of(bins, rate_of(&time_bin::tokens))}};
  const auto& tokens = lines.front().steps;
  auto summary = fmt::format("At most {} tokens per second.", rate_text(greatest(tokens)));
  auto target = steps_of(bins, [](const time_bin& each) { return each.target_rate; });
  if (has_values(target)) {
    lines.push_back({"target", "target rate", std::move(target)});
  }
  auto errors = steps_of(bins, rate_of(&time_bin::errors));
  if (has_values(errors)) {
    summary += fmt::format(" At most {} errors per second.", rate_text(greatest(errors)));
    lines.push_back({"bad", "errors", std::move(errors)});
  }
  return rate_section({.id = "throughput",
                       .title = "Throughput",
                       .quantity = "Tokens per second",
                       .summary = summary},
                      document, bins, lines);
}

std::string upstream_section(const load_document& document, const bins_of_run& bins) {
  if (bins.empty()) {
    return {};
  }
  std::vector<drawn_line> lines{
      {"s1", "HTTP requests", steps_of(bins, rate_of(&time_bin::http_requests))}};
  const auto most = greatest(lines.front().steps);
  const auto add = [&](const char* style, const char* text, std::uint64_t time_bin::*count) {
    auto steps = steps_of(bins, rate_of(count));
    if (has_values(steps)) {
      lines.push_back({style, text, std::move(steps)});
    }
  };
  add("s3", "refreshes in the background", &time_bin::refreshes);
  add("bad", "responses with status 429", &time_bin::throttled);
  const auto& counts = document.counts;
  const auto summary = fmt::format(
      "{} HTTP requests for {} tokens, at most {:.3g} per second; {} refreshes, {} retries, {} "
      "responses with status 429.",
      with_commas(counts.http_requests), with_commas(document.whole.tokens), most,
      with_commas(counts.refreshes), with_commas(counts.retries), with_commas(counts.throttled));
  return rate_section({.id = "upstream",
                       .title = "Requests to the host",
                       .quantity = "HTTP requests per second",
                       .summary = summary},
                      document, bins, lines);
}

std::string latency_section(const load_document& document, const bins_of_run& bins) {
  const std::vector<drawn_line> lines{
      {"s1", "p50", steps_of(bins, [](const time_bin& each) { return each.p50_ms; })},
      {"s2", "p99", steps_of(bins, [](const time_bin& each) { return each.p99_ms; })},
      {"s3", "max", steps_of(bins, [](const time_bin& each) { return each.max_ms; })}};
  chart_section section{.id = "latency",
                        .title = "Latency over time",
                        .quantity = "Latency of the requests that were answered in each second"};
  double least = 1e18;
  double maximum = 0;
  for (const auto& line : lines) {
    for (const auto& step : line.steps) {
      least = std::min(least, step.value.value_or(least));
    }
    if (has_values(line.steps)) {
      section.legend.push_back({"line " + line.style, line.text});
      maximum = std::max(maximum, greatest(line.steps));
    }
  }
  if (maximum == 0) {
    return {};
  }
  add_fault_entry(section, document);
  section.summary =
      fmt::format("From {} to {}.", latency_text(least * 1e6), latency_text(maximum * 1e6));
  section.draw = [&](svg_chart& chart) {
    const auto y = chart_axis::latency(least * 1e6, maximum * 1e6, chart.bottom(), chart.top());
    draw_over_time(chart, document, bins, y, [&](svg_chart& to, const chart_axis& x) {
      for (const auto& line : lines) {
        auto steps = line.steps;
        for (auto& each : steps) {
          each.value = each.value ? std::optional{*each.value * 1e6} : std::nullopt;
        }
        to.draw_steps(x, y, steps, line.style);
      }
    });
  };
  return to_html(section);
}

std::string answers_section(const load_document& document, const bins_of_run& bins) {
  struct part {
    const char* style;
    const char* text;
    std::uint64_t time_bin::*count;
    std::uint64_t total;
  };
  const auto& counts = document.counts;
  const std::array<part, 3> parts{
      {{"s1", "hit: the token was in memory", &time_bin::hits, counts.hits},
       {"s2", "joined: waited for another caller's request", &time_bin::joined, counts.joined},
       {"s3", "fetched: caused a request to the host", &time_bin::fetched, counts.fetched}}};
  const auto all = static_cast<double>(counts.hits + counts.joined + counts.fetched);
  if (all == 0 || bins.empty()) {
    return {};
  }
  chart_section section{.id = "answers",
                        .title = "How the tokens came",
                        .quantity = "Share of the tokens in each second (%)"};
  std::array<std::vector<chart_block>, 3> blocks;
  for (const auto& bin : bins) {
    const auto sum = static_cast<double>(bin.hits + bin.joined + bin.fetched);
    double low = 0;
    for (std::size_t i = 0; i < parts.size() && sum > 0; ++i) {
      const auto high = low + static_cast<double>(bin.*parts[i].count) / sum * 100;
      blocks[i].push_back({bin.from_second, bin.to_second, low, high});
      low = high;
    }
  }
  for (const auto& each : parts) {
    section.legend.push_back({fmt::format("area {}", each.style), each.text});
    section.summary += fmt::format(
        "{}{} {} ({:.3g}%)", section.summary.empty() ? "" : ", ", with_commas(each.total),
        std::string_view{each.text}.substr(0, std::string_view{each.text}.find(':')),
        static_cast<double>(each.total) / all * 100);
  }
  section.summary +=
      fmt::format("; {} refreshes in the background.", with_commas(document.counts.refreshes));
  add_fault_entry(section, document);
  section.draw = [&](svg_chart& chart) {
    const auto y = chart_axis::linear(100, 5, chart.bottom(), chart.top());
    draw_over_time(chart, document, bins, y, [&](svg_chart& to, const chart_axis& x) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        to.draw_blocks(x, y, blocks[i], parts[i].style);
      }
    });
  };
  return to_html(section);
}

}  // namespace midas::internal::tools
