#include "tools/load/document/read_load_document.hpp"

#include "messages/make_error.hpp"
#include "tools/load/document/document_member.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace midas::internal::tools {

namespace {

unexpected wrong_document(const std::string& name, const std::string& problem) {
  return fail(errc::invalid_configuration, name + ": " + problem,
              "Give a document that midas load --json has written");
}

bucket_list buckets_in(const document_member& histogram) {
  if (const auto unit = histogram.required("unit"); unit.text() != "ns") {
    unit.refuse("\"ns\"");
  }
  bucket_list result;
  histogram.each_element("buckets", [&result](const document_member& each) {
    if (each.size() != 3) {
      each.refuse("a list of lower bound, upper bound and count");
    }
    const latency_bucket bucket{each.at(0).count(), each.at(1).count(), each.at(2).count()};
    if (bucket.upper < bucket.lower || (!result.empty() && bucket.lower < result.back().upper)) {
      each.refuse("above the buckets before it");
    }
    if (bucket.count != 0) {
      result.push_back(bucket);
    }
  });
  return result;
}

bucket_list histogram_of(const document_member& owner, const char* name = "histogram") {
  const auto found = owner.find(name);
  return found ? buckets_in(*found) : bucket_list{};
}

// Absent without tokens.
std::map<std::string, double> latencies_in(const std::optional<document_member>& owner) {
  std::map<std::string, double> result;
  if (owner) {
    owner->each_member([&result](const auto& name, const auto& value) {
      if (!value.json().IsNull()) {
        result[name] = value.number();
      }
    });
  }
  return result;
}

load_figures figures_in(const document_member& owner) {
  load_figures result;
  result.tokens = owner.required("tokens").count();
  result.errors = owner.required("errors").count();
  result.seconds = owner.required("seconds").number();
  result.tokens_per_second = owner.required("tokens_per_second").number();
  result.latency_ms = latencies_in(owner.find("latency_ms"));
  result.service_time_ms = latencies_in(owner.find("service_time_ms"));
  if (const auto kinds = owner.find("error_latency_ms")) {
    kinds->each_member([&result](const auto& name, const auto& value) {
      result.error_latency_ms[name] = latencies_in(value);
    });
  }
  if (const auto kinds = owner.find("errors_by_kind")) {
    kinds->each_member([&result](const auto& name, const auto& value) {
      result.errors_by_kind[name] = value.count();
    });
  }
  result.missed = owner.count_or_zero("missed");
  result.histogram = histogram_of(owner);
  result.service_time_histogram = histogram_of(owner, "service_time_histogram");
  if (const auto kinds = owner.find("error_histograms")) {
    kinds->each_member([&result](const auto& name, const auto& value) {
      result.error_histograms[name] = buckets_in(value);
    });
  }
  return result;
}

machine_description machine_in(const document_member& value) {
  return {value.text_or_empty("name"), value.text_or_empty("system"),
          value.text_or_empty("processor"), value.count_or_zero("processors"),
          value.count_or_zero("memory_bytes")};
}

load_setting setting_in(const std::string& name, const document_member& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  value.json().Accept(writer);
  std::string json{buffer.GetString(), buffer.GetSize()};
  auto text = value.json().IsString() ? value.text() : json;
  return {name, std::move(json), std::move(text)};
}

load_second second_in(const document_member& value) {
  load_second result;
  result.second = value.required("second").count();
  result.from = value.optional_number("from_seconds").value_or(static_cast<double>(result.second));
  result.length = value.optional_number("seconds").value_or(1);
  result.phase = value.text_or_empty("phase");
  result.target_rate = value.optional_number("target_rate");
  result.tokens = value.count_or_zero("tokens");
  result.errors = value.count_or_zero("errors");
  result.hits = value.count_or_zero("hits");
  result.joined = value.count_or_zero("joined");
  result.fetched = value.count_or_zero("fetched");
  result.refreshes = value.count_or_zero("refreshes");
  result.http_requests = value.count_or_zero("http_requests");
  result.throttled = value.count_or_zero("throttled");
  result.p50_ms = value.optional_number("p50_ms");
  result.p99_ms = value.optional_number("p99_ms");
  result.max_ms = value.optional_number("max_ms");
  result.histogram = histogram_of(value);
  return result;
}

document_fault fault_in(const document_member& value) {
  document_fault result{value.required("from_second").number(),
                        value.required("to_second").number(), value.text_or_empty("text")};
  if (result.to_second < result.from_second) {
    value.refuse("a span that ends after its begin");
  }
  return result;
}

void read_counts(const document_member& from, load_document& result) {
  auto& counts = result.counts;
  counts.refreshes = from.count_or_zero("refreshes");
  counts.retries = from.count_or_zero("retries");
  counts.throttled = from.count_or_zero("throttled");
  counts.coalesced = from.count_or_zero("coalesced");
  counts.cache_hits = from.count_or_zero("cache_hits");
  counts.http_requests = from.count_or_zero("http_requests");
  counts.connections = from.count_or_zero("connections");
  if (const auto answers = from.find("answers")) {
    counts.hits = answers->count_or_zero("hit");
    counts.joined = answers->count_or_zero("joined");
    counts.fetched = answers->count_or_zero("fetched");
  }
  result.upstream_requests_per_1000_tokens =
      from.number_or_zero("upstream_requests_per_1000_tokens");
  result.peak_rss_bytes = from.count_or_zero("peak_rss_bytes");
}

void read_about(const document_member& from, load_document& result) {
  if (const auto schema = from.required("schema"); schema.text() != load_schema) {
    schema.refuse("\"" + std::string{load_schema} + "\"");
  }
  result.midas_version = from.text_or_empty("midas_version");
  result.started_at = from.text_or_empty("started_at");
  result.what = from.text_or_empty("what");
  if (const auto workers = from.find("workers")) {
    result.workers = workers->count();
  }
  result.open_model = from.flag_or_false("open_model");
  result.interrupted = from.flag_or_false("interrupted");
  if (const auto machine = from.find("machine")) {
    result.machine = machine_in(*machine);
  }
  from.each_element("machines", [&result](const document_member& each) {
    result.machines.push_back(machine_in(each));
  });
  if (const auto settings = from.find("settings")) {
    settings->each_member([&result](const auto& name, const auto& value) {
      result.settings.push_back(setting_in(name, value));
    });
  }
}

void read_series(const document_member& from, load_document& result) {
  from.each_element("series", [&result](const document_member& each) {
    result.series.push_back(second_in(each));
    if (result.series.size() > 1 && result.series.rbegin()[1].from > result.series.back().from) {
      each.refuse("after the one before it");
    }
  });
  from.each_element("faults", [&result](const document_member& each) {
    result.faults.push_back(fault_in(each));
  });
  from.each_element("thresholds", [&result](const document_member& each) {
    result.thresholds.push_back({each.text_or_empty("expression"), each.text_or_empty("value"),
                                 each.required("passed").flag()});
  });
}

load_document document_in(const document_member& from) {
  load_document result;
  read_about(from, result);
  result.whole = figures_in(from);
  if (const auto cold = from.find("cold")) {
    result.cold = figures_in(*cold);
  }
  if (const auto steady = from.find("steady")) {
    result.steady = figures_in(*steady);
  }
  read_counts(from, result);
  read_series(from, result);
  return result;
}

}  // namespace

expected<load_document> read_load_document(const std::string& name, std::string_view text) {
  if (text.size() > max_load_document) {
    return wrong_document(name, "the document is longer than 256 MiB");
  }
  rapidjson::Document json;
  // Iterative, so that no depth of brackets exhausts the stack.
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag |
             rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (json.HasParseError()) {
    std::string_view problem{rapidjson::GetParseError_En(json.GetParseError())};
    problem.remove_suffix(problem.ends_with('.') ? 1 : 0);
    return wrong_document(name, "not valid JSON at byte " + std::to_string(json.GetErrorOffset()) +
                                    ": " + std::string{problem});
  }
  try {
    const document_member root{json, ""};
    auto result = document_in(root);
    root.each_element("repetitions", [&result](const document_member& each) {
      result.repetitions.push_back(document_in(each));
    });
    return result;
  } catch (const wrong_member& e) {
    return wrong_document(name, e.what());
  }
}

expected<load_document> read_load_file(const std::string& path) {
  const auto close = [](std::FILE* file) {
    if (file != stdin) {
      static_cast<void>(std::fclose(file));
    }
  };
  const std::unique_ptr<std::FILE, decltype(close)> file{
      path == "-" ? stdin : std::fopen(path.c_str(), "rbe"), close};
  std::string text;
  if (file) {
    std::string part(1U << 16U, '\0');
    std::size_t size = 0;
    while (text.size() <= max_load_document &&
           (size = std::fread(part.data(), 1, part.size(), file.get())) > 0) {
      text.append(part, 0, size);
    }
  }
  if (!file || std::ferror(file.get()) != 0) {
    return fail(errc::invalid_configuration,
                path + ": cannot be read: " + std::generic_category().message(errno),
                "Name a file that midas load --json has written");
  }
  return read_load_document(path, text);
}

}  // namespace midas::internal::tools
