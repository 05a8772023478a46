#include "tools/load/document/write_load_document.hpp"

#include "tools/json_writer.hpp"

namespace midas::internal::tools {

namespace {

class load_document_json {
 public:
  [[nodiscard]] std::string write(const load_document& document) {
    write_document(document);
    return json_.str();
  }

 private:
  void count(const char* name, std::uint64_t value) {
    json_.Key(name);
    json_.Uint64(value);
  }

  void number(const char* name, double value) {
    json_.Key(name);
    json_.Double(value);
  }

  void flag(const char* name, bool value) {
    json_.Key(name);
    json_.Bool(value);
  }

  void number_if(const char* name, const std::optional<double>& value) {
    if (value) {
      number(name, *value);
    }
  }

  void text(const char* name, const std::string& value) { json_.member(name, value); }

  template <class Elements, class Write>
  void list(const char* name, const Elements& elements, Write write) {
    json_.Key(name);
    json_.StartArray();
    for (const auto& each : elements) {
      write(each);
    }
    json_.EndArray();
  }

  void write_machine(const machine_description& machine) {
    json_.StartObject();
    text("name", machine.name);
    text("system", machine.system);
    text("processor", machine.processor);
    count("processors", machine.processors);
    count("memory_bytes", machine.memory_bytes);
    json_.EndObject();
  }

  void write_histogram(const char* name, const bucket_list& buckets) {
    json_.Key(name);
    json_.StartObject();
    text("unit", "ns");
    list("buckets", buckets, [this](const latency_bucket& each) {
      json_.SetFormatOptions(rapidjson::kFormatSingleLineArray);
      json_.StartArray();
      json_.Uint64(each.lower);
      json_.Uint64(each.upper);
      json_.Uint64(each.count);
      json_.EndArray();
      json_.SetFormatOptions(rapidjson::kFormatDefault);
    });
    json_.EndObject();
  }

  void write_latencies(const char* name, const std::map<std::string, double>& latencies) {
    if (!latencies.empty()) {
      json_.Key(name);
      json_.StartObject();
      for (const auto& [key, value] : latencies) {
        number(key.c_str(), value);
      }
      json_.EndObject();
    }
  }

  void write_figures(const load_figures& figures) {
    count("tokens", figures.tokens);
    count("errors", figures.errors);
    number("seconds", figures.seconds);
    number("tokens_per_second", figures.tokens_per_second);
    write_latencies("latency_ms", figures.latency_ms);
    write_latencies("service_time_ms", figures.service_time_ms);
    json_.Key("error_latency_ms");
    json_.StartObject();
    for (const auto& [kind, latencies] : figures.error_latency_ms) {
      write_latencies(kind.c_str(), latencies);
    }
    json_.EndObject();
    json_.Key("errors_by_kind");
    json_.StartObject();
    for (const auto& [name, value] : figures.errors_by_kind) {
      count(name.c_str(), value);
    }
    json_.EndObject();
    count("missed", figures.missed);
    write_histogram("histogram", figures.histogram);
    if (!figures.service_time_histogram.empty()) {
      write_histogram("service_time_histogram", figures.service_time_histogram);
    }
    json_.Key("error_histograms");
    json_.StartObject();
    for (const auto& [kind, buckets] : figures.error_histograms) {
      write_histogram(kind.c_str(), buckets);
    }
    json_.EndObject();
  }

  void write_phase(const char* name, const std::optional<load_figures>& figures) {
    if (figures) {
      json_.Key(name);
      json_.StartObject();
      write_figures(*figures);
      json_.EndObject();
    }
  }

  void write_about(const load_document& document) {
    text("schema", load_schema);
    text("midas_version", document.midas_version);
    text("started_at", document.started_at);
    json_.Key("machine");
    write_machine(document.machine);
    if (!document.machines.empty()) {
      list("machines", document.machines, [this](const auto& each) { write_machine(each); });
    }
    json_.Key("settings");
    json_.StartObject();
    for (const auto& each : document.settings) {
      json_.Key(each.name);
      json_.RawValue(each.json.data(), each.json.size(), rapidjson::kStringType);
    }
    json_.EndObject();
    text("what", document.what);
    count("workers", document.workers);
    flag("open_model", document.open_model);
    flag("interrupted", document.interrupted);
  }

  void write_counts(const load_document& document) {
    const auto& counts = document.counts;
    json_.Key("answers");
    json_.StartObject();
    count("hit", counts.hits);
    count("joined", counts.joined);
    count("fetched", counts.fetched);
    json_.EndObject();
    count("refreshes", counts.refreshes);
    count("retries", counts.retries);
    count("throttled", counts.throttled);
    count("coalesced", counts.coalesced);
    count("cache_hits", counts.cache_hits);
    count("http_requests", counts.http_requests);
    count("connections", counts.connections);
    number("upstream_requests_per_1000_tokens", document.upstream_requests_per_1000_tokens);
    count("peak_rss_bytes", document.peak_rss_bytes);
  }

  void write_second(const load_second& second) {
    json_.StartObject();
    count("second", second.second);
    number("from_seconds", second.from);
    number("seconds", second.length);
    text("phase", second.phase);
    number_if("target_rate", second.target_rate);
    count("tokens", second.tokens);
    count("errors", second.errors);
    count("hits", second.hits);
    count("joined", second.joined);
    count("fetched", second.fetched);
    count("refreshes", second.refreshes);
    count("http_requests", second.http_requests);
    count("throttled", second.throttled);
    number_if("p50_ms", second.p50_ms);
    number_if("p99_ms", second.p99_ms);
    number_if("max_ms", second.max_ms);
    if (!second.histogram.empty()) {
      write_histogram("histogram", second.histogram);
    }
    json_.EndObject();
  }

  void write_document(const load_document& document) {
    json_.StartObject();
    write_about(document);
    write_figures(document.whole);
    write_counts(document);
    write_phase("cold", document.cold);
    write_phase("steady", document.steady);
    list("series", document.series, [this](const auto& each) { write_second(each); });
    list("faults", document.faults, [this](const document_fault& each) {
      json_.StartObject();
      number("from_second", each.from_second);
      number("to_second", each.to_second);
      text("text", each.text);
      json_.EndObject();
    });
    list("thresholds", document.thresholds, [this](const document_threshold& each) {
      json_.StartObject();
      text("expression", each.expression);
      text("value", each.value);
      flag("passed", each.passed);
      json_.EndObject();
    });
    if (!document.repetitions.empty()) {
      list("repetitions", document.repetitions, [this](const auto& each) { write_document(each); });
    }
    json_.EndObject();
  }

  json_writer json_;
};

}  // namespace

std::string to_json(const load_document& document) { return load_document_json{}.write(document); }

}  // namespace midas::internal::tools
