#include "tools/load/compare/repetitions.hpp"

#include "messages/plain_text.hpp"
#include "tools/load/compare/load_figure_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace midas::internal::tools {

namespace {

std::size_t median_run(const std::vector<load_document>& runs) {
  const bool by_latency = runs.front().open_model;
  const auto headline = [by_latency](const load_document& run) {
    const auto& figures = run.main_figures();
    return by_latency ? figures.latency("p99").value_or(0) : figures.tokens_per_second;
  };
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t at) { return headline(runs[at]); });
  return order[(order.size() - 1) / 2];
}

}  // namespace

load_document summarize_runs(std::vector<load_document> runs) {
  auto result = runs[median_run(runs)];
  result.interrupted = std::ranges::any_of(runs, &load_document::interrupted);
  for (auto& each : runs) {
    each.series.clear();
    each.repetitions.clear();
  }
  result.repetitions = std::move(runs);
  return result;
}

std::string figure_table(const load_document& document) {
  const bool is_repeated = !document.repetitions.empty();
  auto text = printable(document.what) + "\n";
  if (document.workers > 1) {
    text += fmt::format("{} workers, each of them\n", document.workers);
  }
  if (is_repeated) {
    text += fmt::format("{} runs\n", document.repetitions.size());
  }
  std::string group;
  for (const auto& figure : listed_figures()) {
    const auto values = values_of(figure, document);
    if (values.empty()) {
      continue;
    }
    if (figure.group != group) {
      group = figure.group;
      text += is_repeated ? fmt::format("\n  {:<20}{:>14}{:>14}{:>14}\n", group, "median", "least",
                                        "greatest")
                          : fmt::format("\n  {}\n", group);
    }
    text += fmt::format("    {:<18}{:>14}", figure.label, figure_text(median(values), figure.unit));
    if (is_repeated) {
      const auto [least, greatest] = std::ranges::minmax(values);
      text += fmt::format("{:>14}{:>14}", figure_text(least, figure.unit),
                          figure_text(greatest, figure.unit));
    }
    text += '\n';
  }
  if (document.interrupted) {
    text += "\nInterrupted by a signal: these are the results until then.\n";
  }
  return text;
}

}  // namespace midas::internal::tools
