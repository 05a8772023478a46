#include "tools/load/page/page_sections.hpp"

#include "tools/load/compare/load_figure_list.hpp"
#include "tools/load/number_text.hpp"
#include "tools/load/page/html_table.hpp"
#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr const char* section_end = "</section>\n";
/// More rows would not be read.
constexpr std::size_t max_listed_faults = 200;

std::string number(std::uint64_t value) { return with_commas(value); }

std::string whole(double value) { return with_commas(fmt::format("{:.0f}", value)); }

std::string tile(std::string_view name, const std::string& value, const std::string& note) {
  return fmt::format(R"(<div><dt>{}</dt><dd>{}</dd><dd class="note">{}</dd></div>)",
                     html_text(name), html_text(value), html_text(note));
}

std::string seconds_text(double seconds) { return latency_text(seconds * 1e9); }

std::vector<std::pair<std::string, const load_figures*>> phases_of(const load_document& document) {
  std::vector<std::pair<std::string, const load_figures*>> result;
  if (document.cold) {
    result.emplace_back("cold burst", &*document.cold);
  }
  if (document.steady) {
    result.emplace_back("steady state", &*document.steady);
  }
  if (result.size() != 1) {
    result.emplace_back("whole run", &document.whole);
  }
  return result;
}

std::string percentile_label(const std::string& name) {
  const auto part = percentile_of_name(name);
  return part ? fmt::format("p{:.6g}", *part * 100) : name;
}

// Mean, percentiles in their order, maximum.
std::vector<std::string> latency_names(const load_document& document) {
  std::vector<std::string> names;
  for (const auto& [phase, figures] : phases_of(document)) {
    for (const auto& [name, value] : figures->latency_ms) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  std::ranges::stable_sort(names, {}, [](const std::string& name) {
    return name == "max" ? 2 : percentile_of_name(name).value_or(-1);
  });
  return names;
}

std::string optional_text(const std::string& text) { return text.empty() ? "\u2013" : text; }

}  // namespace

std::string tiles(const load_document& document) {
  const auto& figures = document.main_figures();
  const std::string of = document.steady ? "steady state" : "whole run";
  const auto latency = [&figures](const char* name) {
    return milliseconds_text(figures.latency(name));
  };
  std::string html = R"(<section class="tiles" aria-label="Headline figures"><dl>)";
  html += tile("Tokens per second", whole(figures.tokens_per_second), of);
  html += tile("Median latency", latency("p50"), of);
  html += tile("Latency p99", latency("p99"), of);
  html += tile("Latency p99.9", latency("p999"), "max " + latency("max"));
  html +=
      tile("Tokens", number(document.whole.tokens), "in " + seconds_text(document.whole.seconds));
  html += tile(
      "Errors", number(document.whole.errors),
      document.whole.missed == 0 ? "whole run" : number(document.whole.missed) + " started late");
  html += tile("Requests to the host", number(document.counts.http_requests),
               three_digits(document.upstream_requests_per_1000_tokens) + " per 1,000 tokens");
  html += tile("Peak memory",
               fmt::format("{:.1f} MB", static_cast<double>(document.peak_rss_bytes) / 1e6),
               document.workers > 1 ? "largest of the workers" : "whole process");
  return html + "</dl></section>\n";
}

std::string threshold_section(const load_document& document) {
  if (document.thresholds.empty()) {
    return {};
  }
  auto html = section_start("thresholds", "Thresholds") + "<ul class=\"verdicts\">";
  for (const auto& each : document.thresholds) {
    html +=
        fmt::format(R"(<li class="{}"><strong>{}</strong> <code>{}</code> <span>{}</span></li>)",
                    each.passed ? "passed" : "failed", each.passed ? "Met" : "Not met",
                    html_text(each.expression), html_text("was " + each.value));
  }
  return html + "</ul>" + section_end;
}

std::string phase_section(const load_document& document) {
  const auto phases = phases_of(document);
  std::vector<std::string> columns{""};
  for (const auto& each : phases) {
    columns.push_back(">" + each.first);
  }
  html_table table{"phases", columns};
  const auto row = [&](const std::string& label, const auto& text) {
    std::vector<std::string> cells{label};
    for (const auto& each : phases) {
      cells.push_back(text(*each.second));
    }
    table.add_row(cells);
  };
  row("Tokens", [](const load_figures& each) { return number(each.tokens); });
  row("Errors", [](const load_figures& each) { return number(each.errors); });
  row("Duration", [](const load_figures& each) { return seconds_text(each.seconds); });
  row("Tokens per second", [](const load_figures& each) { return whole(each.tokens_per_second); });
  for (const auto& name : latency_names(document)) {
    row("Latency " + percentile_label(name),
        [&name](const load_figures& each) { return milliseconds_text(each.latency(name)); });
  }
  return section_start("phases", "Figures") + table.str() + section_end;
}

std::string repetition_section(const load_document& document) {
  if (document.repetitions.empty()) {
    return {};
  }
  html_table table{"repetitions", {"", ">median", ">least", ">greatest", ">spread"}};
  for (const auto& figure : listed_figures()) {
    const auto values = values_of(figure, document);
    if (values.empty() || figure.group == "cold burst") {
      continue;
    }
    const auto [least, greatest] = std::ranges::minmax(values);
    const auto middle = median(values);
    auto label = figure.label;
    label.erase(0, label.find_first_not_of(' '));
    table.add_row({figure.group + ": " + label, figure_text(middle, figure.unit),
                   figure_text(least, figure.unit), figure_text(greatest, figure.unit),
                   middle > 0 ? fmt::format("{:.1f}%", (greatest - least) / middle * 100) : ""});
  }
  return section_start("repetitions",
                       fmt::format("Spread of {} runs", document.repetitions.size())) +
         "<p class=\"note\">Charts and figures above are those of the median run.</p>" +
         table.str() + section_end;
}

std::string fault_section(const load_document& document) {
  if (document.faults.empty()) {
    return {};
  }
  html_table table{"faults", {"", ">From", ">To", "Fault"}};
  for (std::size_t i = 0; i < std::min(document.faults.size(), max_listed_faults); ++i) {
    const auto& each = document.faults[i];
    table.add_row({fmt::format("F{}", i + 1), fmt::format("{:.6g} s", each.from_second),
                   fmt::format("{:.6g} s", each.to_second), each.text});
  }
  auto html = section_start("faults", "Faults of the host") + table.str();
  if (document.faults.size() > max_listed_faults) {
    html += fmt::format("<p class=\"note\">{} more are not listed.</p>",
                        document.faults.size() - max_listed_faults);
  }
  return html + section_end;
}

std::string error_section(const load_document& document) {
  if (document.whole.errors_by_kind.empty()) {
    return {};
  }
  html_table table{"errors", {"Kind", ">Requests"}};
  for (const auto& [kind, count] : document.whole.errors_by_kind) {
    table.add_row({kind, number(count)});
  }
  return section_start("errors", "Errors by kind") + table.str() + section_end;
}

std::string settings_section(const load_document& document) {
  if (document.settings.empty()) {
    return {};
  }
  html_table table{"settings", {"Option", "Value"}};
  for (const auto& each : document.settings) {
    if (each.json != "null") {
      table.add_row({"--" + each.name, optional_text(each.text)});
    }
  }
  return section_start("settings", "Settings") + table.str() + section_end;
}

std::string machine_section(const load_document& document) {
  html_table table{"machine", {"Name", "System", "Processor", ">Processors", ">Memory"}};
  const auto add = [&table](const machine_description& each) {
    table.add_row({optional_text(each.name), optional_text(each.system),
                   optional_text(each.processor), number(each.processors),
                   fmt::format("{:.1f} GB", static_cast<double>(each.memory_bytes) / 1e9)});
  };
  if (document.machines.empty()) {
    add(document.machine);
  }
  std::ranges::for_each(document.machines, add);
  return section_start("machine", document.machines.size() > 1 ? "Machines" : "Machine") +
         table.str() + section_end;
}

std::string data_section(const std::vector<time_bin>& bins) {
  if (bins.empty()) {
    return {};
  }
  html_table table{"data",
                   {">From (s)", "Phase", ">Tokens/s", ">Errors", ">Hit", ">Joined", ">Fetched",
                    ">HTTP requests", ">Refreshes", ">429", ">p50", ">p99", ">max"}};
  for (const auto& each : bins) {
    table.add_row({fmt::format("{:.5g}", each.from_second), each.phase,
                   whole(each.per_second(each.tokens)), number(each.errors), number(each.hits),
                   number(each.joined), number(each.fetched), number(each.http_requests),
                   number(each.refreshes), number(each.throttled), milliseconds_text(each.p50_ms),
                   milliseconds_text(each.p99_ms), milliseconds_text(each.max_ms)});
  }
  return section_start("data", "The run as a table") +
         "<details><summary>Show what the charts are drawn from</summary>" + table.str() +
         "</details>" + section_end;
}

}  // namespace midas::internal::tools
