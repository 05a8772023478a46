#include "tools/load/compare/comparison.hpp"

#include "tools/load/compare/rank_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace midas::internal::tools {

namespace {

// They change what is printed or how often the run is repeated, not what is measured.
constexpr std::array<std::string_view, 15> harmless{"percentiles",
                                                    "threshold",
                                                    "json",
                                                    "series-histograms",
                                                    "report",
                                                    "repeat",
                                                    "verbose",
                                                    "csv",
                                                    "hdr",
                                                    "help",
                                                    "compare",
                                                    "workers",
                                                    "worker",
                                                    "worker-secret-file",
                                                    "allow-non-loopback"};

std::vector<compared_property> different_settings(const load_document& a, const load_document& b) {
  std::map<std::string, std::array<const load_setting*, 2>> all;
  for (const auto& each : a.settings) {
    all[each.name][0] = &each;
  }
  for (const auto& each : b.settings) {
    all[each.name][1] = &each;
  }
  const auto text = [](const load_setting* setting) {
    return setting == nullptr ? std::string{} : setting->text;
  };
  std::vector<compared_property> result;
  for (const auto& [name, sides] : all) {
    const auto& [left, right] = sides;
    const bool is_equal = left != nullptr && right != nullptr && left->json == right->json;
    if (!is_equal && std::ranges::find(harmless, name) == harmless.end()) {
      result.push_back({name, text(left), text(right)});
    }
  }
  return result;
}

// Of one machine, or of all workers' machines in their order.
std::string property_of(const load_document& document, auto text) {
  if (document.machines.empty()) {
    return text(document.machine);
  }
  std::string all;
  for (const auto& each : document.machines) {
    all += (all.empty() ? "" : ", ") + text(each);
  }
  return all;
}

std::vector<compared_property> different_machines(const load_document& a, const load_document& b) {
  std::vector<compared_property> result;
  const auto check = [&](std::string name, auto text) {
    auto left = property_of(a, text);
    auto right = property_of(b, text);
    if (left != right) {
      result.push_back({std::move(name), std::move(left), std::move(right)});
    }
  };
  using machine = machine_description;
  check("name", [](const machine& each) { return each.name; });
  check("system", [](const machine& each) { return each.system; });
  check("processor", [](const machine& each) { return each.processor; });
  check("processors", [](const machine& each) { return std::to_string(each.processors); });
  check("memory", [](const machine& each) {
    return fmt::format("{:.1f} GB", static_cast<double>(each.memory_bytes) / 1e9);
  });
  return result;
}

figure_sample sample_of(const std::vector<double>& values) {
  const auto [least, greatest] = std::ranges::minmax(values);
  return {values.size(), median(values), least, greatest};
}

compared_run run_of(const std::string& file, const load_document& document) {
  return {file, document.midas_version, document.started_at, document.what,
          std::max<std::size_t>(1, document.repetitions.size())};
}

}  // namespace

const char* to_string(verdict value) noexcept {
  switch (value) {
    case verdict::same:
      return "same";
    case verdict::better:
      return "better";
    case verdict::worse:
      return "worse";
    case verdict::unknown:
      break;
  }
  return "unknown";
}

verdict judge(const std::vector<double>& a, const std::vector<double>& b, better_is better) {
  const auto [least_a, greatest_a] = std::ranges::minmax(a);
  const auto [least_b, greatest_b] = std::ranges::minmax(b);
  if (std::min(least_a, least_b) == std::max(greatest_a, greatest_b)) {
    return verdict::same;
  }
  if (least_p_value(a.size(), b.size()) > significance) {
    return verdict::unknown;
  }
  if (rank_test(a, b) > significance) {
    return verdict::same;
  }
  const bool is_higher = median(b) > median(a);
  return is_higher == (better == better_is::higher) ? verdict::better : verdict::worse;
}

load_comparison compare(const std::string& file_a, const load_document& a,
                        const std::string& file_b, const load_document& b) {
  load_comparison result{.a = run_of(file_a, a),
                         .b = run_of(file_b, b),
                         .settings = different_settings(a, b),
                         .machines = different_machines(a, b)};
  for (const auto& figure : listed_figures()) {
    const auto left = values_of(figure, a);
    const auto right = values_of(figure, b);
    if (!left.empty() && !right.empty()) {
      result.figures.push_back({&figure, sample_of(left), sample_of(right), rank_test(left, right),
                                judge(left, right, figure.better)});
    }
  }
  return result;
}

bool load_comparison::is_worse() const {
  return std::ranges::any_of(figures,
                             [](const auto& each) { return each.outcome == verdict::worse; });
}

bool load_comparison::has_too_few_repetitions() const {
  return least_p_value(a.repetitions, b.repetitions) > significance;
}

}  // namespace midas::internal::tools
