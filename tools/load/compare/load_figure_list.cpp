#include "tools/load/compare/load_figure_list.hpp"

#include "tools/duration.hpp"
#include "tools/load/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace midas::internal::tools {

namespace {

using phase_of = std::function<const load_figures*(const load_document&)>;

struct phase_name {
  const char* group;
  const char* prefix;
  phase_of find;
};

constexpr std::array<std::pair<const char*, const char*>, 7> latencies{{{"mean", "latency mean"},
                                                                        {"p50", "        p50"},
                                                                        {"p90", "        p90"},
                                                                        {"p99", "        p99"},
                                                                        {"p999", "        p99.9"},
                                                                        {"p9999", "        p99.99"},
                                                                        {"max", "        max"}}};

void add_phase_figures(std::vector<listed_figure>& list, const phase_name& phase) {
  const std::string prefix{phase.prefix};
  const auto find = phase.find;
  const auto add = [&](std::string label, const std::string& member, figure_unit unit,
                       better_is better, auto value) {
    list.push_back({phase.group, std::move(label), prefix + member, unit, better,
                    [find, value](const load_document& document) -> std::optional<double> {
                      const auto* const figures = find(document);
                      return figures == nullptr ? std::nullopt : value(*figures);
                    }});
  };
  using maybe = std::optional<double>;
  add("tokens per second", "tokens_per_second", figure_unit::per_second, better_is::higher,
      [](const load_figures& each) { return maybe{each.tokens_per_second}; });
  for (const auto& [name, label] : latencies) {
    add(label, "latency_ms." + std::string{name}, figure_unit::milliseconds, better_is::lower,
        [key = std::string{name}](const load_figures& each) { return each.latency(key); });
  }
  add("errors", "errors", figure_unit::count, better_is::lower,
      [](const load_figures& each) { return maybe{static_cast<double>(each.errors)}; });
  add("missed", "missed", figure_unit::count, better_is::lower,
      [](const load_figures& each) { return maybe{static_cast<double>(each.missed)}; });
}

void add_totals(std::vector<listed_figure>& list) {
  const auto add = [&list](std::string label, std::string member, figure_unit unit, auto value) {
    list.push_back({"whole run", std::move(label), std::move(member), unit, better_is::lower,
                    [value](const load_document& document) {
                      return std::optional{static_cast<double>(value(document))};
                    }});
  };
  add("HTTP requests", "http_requests", figure_unit::count,
      [](const load_document& each) { return each.counts.http_requests; });
  add("  per 1,000 tokens", "upstream_requests_per_1000_tokens", figure_unit::plain,
      [](const load_document& each) { return each.upstream_requests_per_1000_tokens; });
  add("retries", "retries", figure_unit::count,
      [](const load_document& each) { return each.counts.retries; });
  add("429 responses", "throttled", figure_unit::count,
      [](const load_document& each) { return each.counts.throttled; });
  add("peak memory", "peak_rss_bytes", figure_unit::bytes,
      [](const load_document& each) { return each.peak_rss_bytes; });
}

std::vector<listed_figure> make_list() {
  const auto optional_phase = [](std::optional<load_figures> load_document::*member) {
    return [member](const load_document& document) {
      const auto& phase = document.*member;
      return phase ? &*phase : nullptr;
    };
  };
  std::vector<listed_figure> list;
  add_phase_figures(list, {"steady state", "steady.", optional_phase(&load_document::steady)});
  add_phase_figures(list, {"cold burst", "cold.", optional_phase(&load_document::cold)});
  add_phase_figures(list, {"whole run", "", [](const load_document& each) { return &each.whole; }});
  add_totals(list);
  return list;
}

}  // namespace

const std::vector<listed_figure>& listed_figures() {
  static const auto list = make_list();
  return list;
}

std::vector<double> values_of(const listed_figure& figure, const load_document& document) {
  std::vector<double> values;
  const auto add = [&](const load_document& run) {
    if (const auto value = figure.value(run)) {
      values.push_back(*value);
    }
  };
  if (document.repetitions.empty()) {
    add(document);
  }
  std::ranges::for_each(document.repetitions, add);
  return values;
}

std::string figure_text(double value, figure_unit unit) {
  switch (unit) {
    case figure_unit::count:
    case figure_unit::per_second:
      return with_commas(fmt::format("{:.0f}", value));
    case figure_unit::milliseconds:
      return format_duration(std::chrono::nanoseconds{std::llround(std::min(value, 1e12) * 1e6)});
    case figure_unit::bytes:
      return fmt::format("{:.1f} MB", value / 1e6);
    case figure_unit::plain:
      break;
  }
  return three_digits(value);
}

double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace midas::internal::tools
