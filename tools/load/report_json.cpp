#include "tools/json_writer.hpp"
#include "tools/load/percentiles.hpp"
#include "tools/load/report.hpp"
#include "tools/program.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace midas::internal::tools {

namespace {

double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double milliseconds_of(std::chrono::nanoseconds time) { return seconds_of(time) * 1e3; }

class document_writer {
 public:
  explicit document_writer(const load_result& result) : result_(result) {
    writer_.SetMaxDecimalPlaces(6);
    writer_.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  }

  std::string write();

 private:
  void count(std::string_view name, std::uint64_t value) {
    writer_.Key(name);
    writer_.Uint64(value);
  }
  void number(std::string_view name, double value) {
    writer_.Key(name);
    writer_.Double(value);
  }
  void flag(std::string_view name, bool value) {
    writer_.Key(name);
    writer_.Bool(value);
  }

  template <class Function>
  void object(std::string_view name, Function write_members) {
    writer_.Key(name);
    writer_.StartObject();
    write_members();
    writer_.EndObject();
  }

  template <class Range, class Function>
  void list(std::string_view name, const Range& range, Function write_element) {
    writer_.Key(name);
    writer_.StartArray();
    for (const auto& each : range) {
      write_element(each);
    }
    writer_.EndArray();
  }

  void write_latency(std::string_view name, const latency_histogram& latencies);
  void write_buckets(std::string_view name, const std::vector<latency_histogram::bucket>& buckets);
  void write_figures(const load_part& part);
  void write_counts(const load_part& total);
  void write_machine();
  void write_settings();
  void write_row(const series_row& row);

  const load_result& result_;
  json_writer writer_;
};

void document_writer::write_latency(std::string_view name, const latency_histogram& latencies) {
  if (latencies.empty()) {
    return;
  }
  static constexpr std::array<std::pair<std::string_view, double>, 5> usual{
      {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}, {"p9999", 99.99}}};
  object(name, [&] {
    number("mean", milliseconds_of(latencies.mean()));
    for (const auto& [label, percent] : usual) {
      number(label, milliseconds_of(latencies.percentile(percent)));
    }
    for (const auto percent : result_.percentiles) {
      const auto label = percentile_name(percent);
      if (label != "p50" && label != "p90" && label != "p99") {
        number(label, milliseconds_of(latencies.percentile(percent)));
      }
    }
    number("max", milliseconds_of(latencies.maximum()));
  });
}

void document_writer::write_buckets(std::string_view name,
                                    const std::vector<latency_histogram::bucket>& buckets) {
  object(name, [&] {
    writer_.member("unit", "ns");
    list("buckets", buckets, [this](const latency_histogram::bucket& bucket) {
      writer_.StartArray();
      writer_.Int64(bucket.lower.count());
      writer_.Int64(bucket.upper.count());
      writer_.Uint64(bucket.count);
      writer_.EndArray();
    });
  });
}

void document_writer::write_figures(const load_part& part) {
  count("tokens", part.tokens());
  count("errors", part.errors());
  number("seconds", seconds_of(part.elapsed));
  number("tokens_per_second", part.tokens_per_second());
  write_latency("latency_ms", part.latencies);
  write_latency("service_time_ms", part.service_times);
  object("errors_by_kind", [&] {
    for (const auto& [code, failed] : part.failures) {
      count(to_string(code), failed.count());
    }
  });
  object("error_latency_ms", [&] {
    for (const auto& [code, failed] : part.failures) {
      write_latency(to_string(code), failed);
    }
  });
  count("missed", part.missed);
  write_buckets("histogram", part.latencies.buckets());
  if (!part.service_times.empty()) {
    write_buckets("service_time_histogram", part.service_times.buckets());
  }
  object("error_histograms", [&] {
    for (const auto& [code, failed] : part.failures) {
      write_buckets(to_string(code), failed.buckets());
    }
  });
}

void document_writer::write_counts(const load_part& total) {
  const auto& counts = total.counts;
  object("answers", [&] {
    count("hit", counts.hits);
    count("joined", counts.joined);
    count("fetched", counts.fetched);
  });
  count("refreshes", counts.refreshes);
  count("retries", counts.retries);
  count("throttled", counts.throttled);
  count("coalesced", counts.coalesced);
  count("cache_hits", counts.cache_hits);
  count("http_requests", counts.http_requests);
  count("connections", counts.connections);
  if (const auto upstream = total.upstream_per_1000()) {
    number("upstream_requests_per_1000_tokens", *upstream);
  }
  count("peak_rss_bytes", result_.peak_rss_bytes);
}

void document_writer::write_machine() {
  const auto& machine = result_.machine;
  object("machine", [&] {
    writer_.member("name", machine.name);
    writer_.member("system", machine.system);
    writer_.member("processor", machine.processor);
    count("processors", machine.processors);
    count("memory_bytes", machine.memory_bytes);
  });
}

void document_writer::write_settings() {
  struct value_writer {
    json_writer& out;
    void operator()(std::monostate) const { out.Null(); }
    void operator()(bool value) const { out.Bool(value); }
    void operator()(std::int64_t value) const { out.Int64(value); }
    void operator()(const std::string& value) const { out.String(value); }
    void operator()(const std::vector<std::string>& values) const {
      out.StartArray();
      for (const auto& each : values) {
        out.String(each);
      }
      out.EndArray();
    }
  };
  object("settings", [&] {
    for (const auto& each : result_.settings) {
      writer_.Key(each.name);
      std::visit(value_writer{writer_}, each.value);
    }
  });
}

void document_writer::write_row(const series_row& row) {
  writer_.StartObject();
  count("second",
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(row.from).count()));
  number("from_seconds", seconds_of(row.from));
  number("seconds", seconds_of(row.length));
  writer_.member("phase", to_string(row.kind));
  if (row.target_rate) {
    number("target_rate", *row.target_rate);
  }
  count("tokens", row.latencies.count);
  count("errors", row.errors);
  count("hits", row.counts.hits);
  count("joined", row.counts.joined);
  count("fetched", row.counts.fetched);
  count("refreshes", row.counts.refreshes);
  count("http_requests", row.counts.http_requests);
  count("throttled", row.counts.throttled);
  if (row.latencies.count != 0) {
    number("p50_ms", milliseconds_of(row.latencies.p50));
    number("p99_ms", milliseconds_of(row.latencies.p99));
    number("max_ms", milliseconds_of(row.latencies.maximum));
  }
  if (!row.latencies.buckets.empty()) {
    write_buckets("histogram", row.latencies.buckets);
  }
  writer_.EndObject();
}

std::string document_writer::write() {
  const auto total = result_.total();
  writer_.StartObject();
  writer_.member("schema", "midas-load/1");
  writer_.member("midas_version", program_version());
  writer_.member("started_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", result_.started_at));
  write_machine();
  write_settings();
  writer_.member("what", result_.what);
  count("workers", 1);
  flag("open_model", result_.open_model);
  flag("interrupted", result_.interrupted);
  write_figures(total);
  write_counts(total);
  for (const auto kind : {load_phase_kind::cold, load_phase_kind::steady}) {
    if (const auto* const part = result_.part(kind)) {
      object(to_string(kind), [&] { write_figures(*part); });
    }
  }
  list("series", result_.series, [this](const series_row& row) { write_row(row); });
  list("faults", result_.faults, [this](const fault_span& span) {
    writer_.StartObject();
    count("from_second", span.from_second);
    count("to_second", span.to_second);
    writer_.member("text", span.text);
    writer_.EndObject();
  });
  list("thresholds", result_.thresholds, [this](const threshold_outcome& outcome) {
    writer_.StartObject();
    writer_.member("expression", outcome.expression);
    writer_.member("value", outcome.value);
    flag("passed", outcome.passed);
    writer_.EndObject();
  });
  writer_.EndObject();
  return writer_.str();
}

}  // namespace

std::string to_json(const load_result& result) { return document_writer{result}.write(); }

}  // namespace midas::internal::tools
