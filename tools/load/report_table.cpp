#include "messages/plain_text.hpp"
#include "tools/duration.hpp"
#include "tools/load/number_text.hpp"
#include "tools/load/percentiles.hpp"
#include "tools/load/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string_view>

namespace midas::internal::tools {

namespace {

constexpr std::string_view no_value = "-";

std::string_view title_of(load_phase_kind kind) {
  switch (kind) {
    case load_phase_kind::cold:
      return "cold burst";
    case load_phase_kind::warm_up:
      return "warm-up";
    case load_phase_kind::steady:
      return "steady state";
  }
  return "";
}

class table_writer {
 public:
  explicit table_writer(const load_result& result) : result_(result) {}

  std::string write() {
    text_ = printable(result_.what) + "\n\n";
    write_phases();
    write_errors();
    write_totals();
    write_thresholds();
    if (result_.interrupted) {
      text_ += "\nInterrupted by a signal: these are the results until then.\n";
    }
    return text_;
  }

 private:
  using value_function = std::function<std::string(const load_part&)>;

  void row(std::string_view label, const value_function& value_of) {
    text_ += fmt::format("  {:<32}", label);
    for (const auto& part : result_.parts) {
      text_ += fmt::format("{:>15}", value_of(part));
    }
    text_ += '\n';
  }

  void total(std::string_view label, const std::string& value) {
    text_ += fmt::format("  {:<32}{:>15}\n", label, value);
  }

  void total_of_some(std::string_view label, std::uint64_t value) {
    if (value != 0) {
      total(label, with_commas(value));
    }
  }

  void write_phases();
  void write_latencies(std::string_view label, latency_histogram load_part::*latencies);
  void write_errors();
  void write_totals();
  void write_thresholds();

  const load_result& result_;
  std::string text_;
};

void table_writer::write_latencies(std::string_view label,
                                   latency_histogram load_part::*latencies) {
  const auto add = [&](const std::string& name, auto value_of) {
    row(fmt::format("{:<16}{}", label, name), [&](const load_part& part) {
      const auto& recorded = part.*latencies;
      return recorded.empty() ? std::string{no_value} : format_duration(value_of(recorded));
    });
    label = {};
  };
  const auto& chosen = result_.percentiles;
  for (const auto percent :
       chosen.empty() ? std::vector<double>{50, 90, 99, 99.9, 99.99} : chosen) {
    add(percentile_name(percent),
        [percent](const latency_histogram& recorded) { return recorded.percentile(percent); });
  }
  add("max", [](const latency_histogram& recorded) { return recorded.maximum(); });
}

void table_writer::write_phases() {
  text_ += fmt::format("  {:<32}", "");
  for (const auto& part : result_.parts) {
    text_ += fmt::format("{:>15}", title_of(part.kind));
  }
  text_ += '\n';
  row("tokens", [](const load_part& p) { return with_commas(p.tokens()); });
  row("errors", [](const load_part& p) { return with_commas(p.errors()); });
  if (result_.open_model) {
    row("started late (> 1 ms)", [](const load_part& p) { return with_commas(p.missed); });
  }
  row("time to last answer", [](const load_part& p) { return format_duration(p.elapsed); });
  row("tokens per second", [](const load_part& p) {
    return with_commas(static_cast<std::uint64_t>(std::llround(p.tokens_per_second())));
  });
  write_latencies("latency", &load_part::latencies);
  if (result_.open_model) {
    write_latencies("from its start", &load_part::service_times);
  }
}

void table_writer::write_errors() {
  const auto all = result_.total();
  for (const auto& [code, failed] : all.failures) {
    text_ += fmt::format("  {:<32}{:>15}   p50 {}, max {}\n",
                         fmt::format("error {}", to_string(code)), with_commas(failed.count()),
                         format_duration(failed.percentile(50)), format_duration(failed.maximum()));
  }
}

void table_writer::write_totals() {
  const auto all = result_.total();
  const auto& counts = all.counts;
  text_ += '\n';
  total("HTTP requests to the host", with_commas(counts.http_requests));
  const auto upstream = all.upstream_per_1000();
  total("  per 1,000 tokens", upstream ? three_digits(*upstream) : std::string{no_value});
  total("connections opened", with_commas(counts.connections));
  total("requests saved by coalescing", with_commas(counts.coalesced));
  total("requests saved by the cache", with_commas(counts.cache_hits));
  total_of_some("background refreshes", counts.refreshes);
  total_of_some("retries", counts.retries);
  total_of_some("429 responses", counts.throttled);
  total("peak memory", fmt::format("{:.1f} MB", static_cast<double>(result_.peak_rss_bytes) / 1e6));
  for (const auto& span : result_.faults) {
    text_ += fmt::format("  {:<32}{:>15}\n", printable(span.text).substr(0, 32),
                         fmt::format("seconds {} to {}", span.from_second, span.to_second));
  }
}

void table_writer::write_thresholds() {
  if (!result_.thresholds.empty()) {
    text_ += '\n';
  }
  for (const auto& each : result_.thresholds) {
    text_ += fmt::format("  {:<32}{:>15}   {}\n", each.expression, each.value,
                         each.passed ? "met" : "NOT MET");
  }
}

}  // namespace

std::string to_table(const load_result& result) { return table_writer{result}.write(); }

}  // namespace midas::internal::tools
