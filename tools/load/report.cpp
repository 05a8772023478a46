#include "tools/load/report.hpp"

#include "messages/plain_text.hpp"
#include "tools/duration.hpp"
#include "tools/json_writer.hpp"

#include <fmt/format.h>

#include <numeric>

namespace midas::internal::tools {

namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double milliseconds(std::chrono::nanoseconds time) { return seconds(time) * 1e3; }

double per_second(std::uint64_t count, std::chrono::nanoseconds time) {
  return time.count() > 0 ? static_cast<double>(count) / seconds(time) : 0;
}

std::string with_commas(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

void write_figures(json_writer& writer, std::uint64_t errors, std::chrono::nanoseconds elapsed,
                   const latency_recorder& latencies) {
  const auto number = [&writer](const char* name, double value) {
    writer.Key(name);
    writer.Double(value);
  };
  writer.Key("tokens");
  writer.Uint64(latencies.count());
  writer.Key("errors");
  writer.Uint64(errors);
  number("seconds", seconds(elapsed));
  number("tokens_per_second", per_second(latencies.count(), elapsed));
  writer.Key("latency_ms");
  writer.StartObject();
  number("p50", milliseconds(latencies.percentile(0.5)));
  number("p99", milliseconds(latencies.percentile(0.99)));
  number("p999", milliseconds(latencies.percentile(0.999)));
  number("max", milliseconds(latencies.maximum()));
  writer.EndObject();
}

}  // namespace

std::uint64_t load_report::tokens() const {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](auto sum, const auto& p) { return sum + p.outcome->tokens(); });
}

std::uint64_t load_report::errors() const {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](auto sum, const auto& p) { return sum + p.outcome->errors(); });
}

std::optional<error> load_report::first_error() const {
  for (const auto& each : parts) {
    if (auto first = each.outcome->first_error()) {
      return first;
    }
  }
  return std::nullopt;
}

std::string to_table(const load_report& report) {
  std::string text = printable(report.what) + "\n\n";
  const auto row = [&text, &report](std::string_view label, auto value_of) {
    text += fmt::format("  {:<32}", label);
    for (const auto& part : report.parts) {
      text += fmt::format("{:>16}", value_of(*part.outcome));
    }
    text += '\n';
  };
  text += fmt::format("  {:<32}", "");
  for (const auto& part : report.parts) {
    text += fmt::format("{:>16}", part.name);
  }
  text += '\n';
  row("tokens", [](const phase& p) { return with_commas(p.tokens()); });
  row("errors", [](const phase& p) { return with_commas(p.errors()); });
  row("time to last answer", [](const phase& p) { return format_duration(p.elapsed()); });
  row("tokens per second", [](const phase& p) {
    return with_commas(static_cast<std::uint64_t>(per_second(p.tokens(), p.elapsed())));
  });
  const auto latency = [&row](std::string_view label, double part) {
    row(label, [part](const phase& p) { return format_duration(p.latencies().percentile(part)); });
  };
  latency("latency p50", 0.5);
  latency("        p99", 0.99);
  latency("        p99.9", 0.999);
  row("        max", [](const phase& p) { return format_duration(p.latencies().maximum()); });
  text += '\n';
  const auto total = [&text](std::string_view label, const std::string& value) {
    text += fmt::format("  {:<32}{:>16}\n", label, value);
  };
  total("HTTP requests to the host", with_commas(report.http_requests));
  total("connections opened", with_commas(report.connections));
  total("requests saved by coalescing", with_commas(report.coalesced));
  total("requests saved by the cache", with_commas(report.cache_hits));
  const auto total_of_some = [&total](std::string_view label, std::uint64_t value) {
    if (value != 0) {
      total(label, with_commas(value));
    }
  };
  total_of_some("background refreshes", report.refreshes);
  total_of_some("retries", report.retries);
  total_of_some("429 responses", report.throttled);
  total("peak memory", fmt::format("{:.1f} MB", static_cast<double>(report.peak_rss_bytes) / 1e6));
  return text;
}

std::string to_json(const load_report& report) {
  std::chrono::nanoseconds elapsed{0};
  latency_recorder all;
  for (const auto& part : report.parts) {
    elapsed += part.outcome->elapsed();
    all.add(part.outcome->latencies());
  }
  json_writer writer;
  writer.SetMaxDecimalPlaces(6);
  const auto count = [&writer](const char* name, std::uint64_t value) {
    writer.Key(name);
    writer.Uint64(value);
  };
  writer.StartObject();
  writer.member("what", report.what);
  write_figures(writer, report.errors(), elapsed, all);
  count("http_requests", report.http_requests);
  count("connections", report.connections);
  count("coalesced", report.coalesced);
  count("cache_hits", report.cache_hits);
  count("refreshes", report.refreshes);
  count("retries", report.retries);
  count("throttled", report.throttled);
  count("peak_rss_bytes", report.peak_rss_bytes);
  for (const auto& part : report.parts) {
    writer.Key(part.name.substr(0, part.name.find(' ')));
    writer.StartObject();
    write_figures(writer, part.outcome->errors(), part.outcome->elapsed(),
                  part.outcome->latencies());
    writer.EndObject();
  }
  writer.EndObject();
  return writer.str();
}

}  // namespace midas::internal::tools
