#include "bench/bench_report.hpp"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace midas::internal::bench {

namespace {

using json_writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void write(json_writer& to, std::string_view text) {
  to.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write(json_writer& to, const char* name, std::string_view text) {
  to.Key(name);
  write(to, text);
}

void write(json_writer& to, const std::vector<std::string>& texts) {
  to.StartArray();
  for (const auto& text : texts) {
    write(to, text);
  }
  to.EndArray();
}

void write(json_writer& to, const table& found) {
  to.StartObject();
  write(to, "title", found.title);
  write(to, "note", found.note);
  to.Key("headings");
  write(to, found.headings);
  to.Key("rows");
  to.StartArray();
  for (const auto& row : found.rows) {
    write(to, row);
  }
  to.EndArray();
  to.EndObject();
}

void write(json_writer& to, const figure& found) {
  to.StartObject();
  write(to, "name", found.name);
  write(to, "target", found.target);
  write(to, "measured", found.measured);
  to.Key("reached");
  to.Bool(found.reached);
  to.EndObject();
}

void write(json_writer& to, const plot& found) {
  to.StartObject();
  write(to, "name", found.name);
  write(to, "title", found.title);
  write(to, "x_label", found.x_label);
  write(to, "y_label", found.y_label);
  to.Key("x_is_logarithmic");
  to.Bool(found.x_is_logarithmic);
  to.Key("y_is_logarithmic");
  to.Bool(found.y_is_logarithmic);
  to.Key("lines");
  to.StartArray();
  for (const auto& line : found.lines) {
    to.StartObject();
    write(to, "label", line.label);
    to.Key("points");
    to.StartArray();
    for (const auto& [x, y] : line.points) {
      to.StartArray();
      to.Double(x);
      to.Double(y);
      to.EndArray();
    }
    to.EndArray();
    to.EndObject();
  }
  to.EndArray();
  to.EndObject();
}

template <class Items>
void write_all(json_writer& to, const char* name, const Items& items) {
  to.Key(name);
  to.StartArray();
  for (const auto& item : items) {
    write(to, item);
  }
  to.EndArray();
}

}  // namespace

bench_report::bench_report(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quick") {
      quick_ = true;
    } else if (argument == "--json" && i + 1 < count) {
      file_ = arguments[++i];
    } else {
      fmt::print(stderr, "usage: {} [--quick] [--json FILE]\n", arguments[0]);
      std::exit(2);
    }
  }
}

void bench_report::add(table found) {
  std::vector<std::size_t> widths;
  for (const auto& heading : found.headings) {
    widths.push_back(heading.size());
  }
  for (const auto& row : found.rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  const auto print_row = [&widths](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      // The first column has labels, the others have numbers.
      if (i == 0) {
        fmt::print("  {:<{}}", cells[i], widths[i]);
      } else {
        fmt::print("  {:>{}}", cells[i], widths[i]);
      }
    }
    fmt::print("\n");
  };
  fmt::print("\n{}\n{}{}", found.title, found.note, found.note.empty() ? "" : "\n");
  print_row(found.headings);
  for (const auto& row : found.rows) {
    print_row(row);
  }
  std::fflush(stdout);
  tables_.push_back(std::move(found));
}

void bench_report::add(figure found) {
  fmt::print("{} {}: {} (target: {})\n", found.reached ? "reached" : "MISSED ", found.name,
             found.measured, found.target);
  std::fflush(stdout);
  figures_.push_back(std::move(found));
}

void bench_report::add(plot found) { plots_.push_back(std::move(found)); }

int bench_report::finish() const {
  if (file_.empty()) {
    return 0;
  }
  rapidjson::StringBuffer text;
  json_writer to{text};
  to.StartObject();
  write_all(to, "tables", tables_);
  write_all(to, "figures", figures_);
  write_all(to, "plots", plots_);
  to.EndObject();
  std::ofstream out{file_};
  out << text.GetString() << '\n';
  out.close();
  if (!out) {
    fmt::print(stderr, "cannot write {}\n", file_);
    return 1;
  }
  return 0;
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double quantile(std::vector<double> values, double part) {
  const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * part);
  std::ranges::nth_element(values, values.begin() + rank);
  return values[static_cast<std::size_t>(rank)];
}

}  // namespace midas::internal::bench
