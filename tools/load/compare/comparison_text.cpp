#include "tools/load/compare/comparison_text.hpp"

#include "messages/plain_text.hpp"
#include "tools/json_writer.hpp"
#include "tools/load/number_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace midas::internal::tools {

namespace {

std::string header_of(char letter, const compared_run& run) {
  auto text =
      fmt::format("{}: {}, midas {}, {}", letter, run.file, run.midas_version, run.started_at);
  if (run.repetitions > 1) {
    text += fmt::format(", {} runs", run.repetitions);
  }
  return printable(text) + "\n   " + printable(run.what) + "\n";
}

std::string shown(const std::string& value) { return value.empty() ? "none" : value; }

std::string warning(std::string_view what, const std::vector<compared_property>& properties) {
  if (properties.empty()) {
    return {};
  }
  auto text = fmt::format("\nWarning: the {} differ:\n", what);
  for (const auto& each : properties) {
    text += "  " +
            printable(fmt::format("{}: {} (a), {} (b)", each.name, shown(each.a), shown(each.b))) +
            "\n";
  }
  return text;
}

std::string spread_text(const figure_sample& sample) {
  if (sample.count < 2) {
    return {};
  }
  return sample.spread() < 10 ? fmt::format("{:.1f}%", sample.spread() * 100) : ">999%";
}

std::string change_text(const compared_figure& figure) {
  if (figure.a.median == 0) {
    return figure.difference() == 0 ? "0.0%" : "new";
  }
  const auto percent = figure.difference() / figure.a.median * 100;
  if (std::abs(percent) < 0.05) {
    return "0.0%";
  }
  const auto factor = figure.b.median / figure.a.median;
  if (factor >= 999'999.5) {
    return ">x999,999";
  }
  return std::abs(percent) < 1'000 ? fmt::format("{:+.1f}%", percent) : "x" + three_digits(factor);
}

std::string row_of(const compared_figure& figure) {
  const auto unit = figure.figure->unit;
  const auto outcome =
      figure.outcome == verdict::unknown ? std::string{} : to_string(figure.outcome);
  auto row = fmt::format("  {:<18}{:>12}{:>8}{:>12}{:>8}{:>10}  {}", figure.figure->label,
                         figure_text(figure.a.median, unit), spread_text(figure.a),
                         figure_text(figure.b.median, unit), spread_text(figure.b),
                         change_text(figure), outcome);
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string conclusion(const load_comparison& compared) {
  if (compared.has_too_few_repetitions()) {
    return "\nWhether a difference is larger than the spread is not known: run both with\n"
           "--repeat 5 or more.\n";
  }
  return fmt::format(
      "\nMedians and spreads (greatest - least, in percent of the median). \"same\": no larger\n"
      "than the spread of the repetitions (Mann-Whitney test, p > {}).\n",
      significance);
}

void write_run(json_writer& json, const char* name, const compared_run& run) {
  json.Key(name);
  json.StartObject();
  json.member("file", run.file);
  json.member("midas_version", run.midas_version);
  json.member("started_at", run.started_at);
  json.member("what", run.what);
  json.Key("repetitions");
  json.Uint64(run.repetitions);
  json.EndObject();
}

void write_properties(json_writer& json, const char* name,
                      const std::vector<compared_property>& properties) {
  json.Key(name);
  json.StartArray();
  for (const auto& each : properties) {
    json.StartObject();
    json.member("name", each.name);
    json.member("a", each.a);
    json.member("b", each.b);
    json.EndObject();
  }
  json.EndArray();
}

void write_number(json_writer& json, const char* name, double value) {
  json.Key(name);
  json.Double(value);
}

void write_sample(json_writer& json, const char* name, const figure_sample& sample) {
  json.Key(name);
  json.StartObject();
  write_number(json, "median", sample.median);
  write_number(json, "min", sample.least);
  write_number(json, "max", sample.greatest);
  json.Key("count");
  json.Uint64(sample.count);
  json.EndObject();
}

void write_figure(json_writer& json, const compared_figure& figure) {
  json.StartObject();
  json.member("member", figure.figure->member);
  write_sample(json, "a", figure.a);
  write_sample(json, "b", figure.b);
  write_number(json, "difference", figure.difference());
  if (figure.a.median != 0) {
    write_number(json, "relative_difference", figure.difference() / figure.a.median);
  }
  write_number(json, "p_value", figure.p_value);
  json.member("verdict", to_string(figure.outcome));
  json.EndObject();
}

}  // namespace

std::string to_table(const load_comparison& compared) {
  auto text = header_of('a', compared.a) + header_of('b', compared.b);
  text += warning("settings", compared.settings);
  text += warning("machines", compared.machines);
  std::string group;
  for (const auto& each : compared.figures) {
    if (each.figure->group != group) {
      group = each.figure->group;
      text += fmt::format("\n{:<20}{:>12}{:>8}{:>12}{:>8}{:>10}\n", group, "a", "spread", "b",
                          "spread", "change");
    }
    text += row_of(each);
  }
  return text + conclusion(compared);
}

std::string to_json(const load_comparison& compared) {
  json_writer json;
  json.StartObject();
  json.member("schema", "midas-load-comparison/1");
  write_run(json, "a", compared.a);
  write_run(json, "b", compared.b);
  write_properties(json, "settings", compared.settings);
  write_properties(json, "machines", compared.machines);
  json.Key("figures");
  json.StartArray();
  for (const auto& each : compared.figures) {
    write_figure(json, each);
  }
  json.EndArray();
  json.Key("worse");
  json.Bool(compared.is_worse());
  json.EndObject();
  return json.str();
}

}  // namespace midas::internal::tools
