#include "tools/load/document/merge_documents.hpp"

#include "messages/make_error.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <utility>

namespace midas::internal::tools {

namespace {

// Thrown inside of this file only.
struct different_buckets : std::exception {};

void add_buckets(bucket_list& sum, const bucket_list& more) {
  auto added = sum_of(sum, more);
  if (!added) {
    throw different_buckets{};
  }
  sum = *std::move(added);
}

// Latencies in milliseconds by their names, and the histogram that their percentiles come from.
struct named_latencies {
  std::map<std::string, double>& values;
  bucket_list& histogram;

  void add(const std::map<std::string, double>& more, const bucket_list& buckets) const {
    const auto before = static_cast<double>(count_of(histogram));
    const auto added = static_cast<double>(count_of(buckets));
    const auto mean = value_of(values, "mean") * before + value_of(more, "mean") * added;
    add_buckets(histogram, buckets);
    for (const auto& [name, value] : more) {
      auto& mine = values[name];
      mine = std::max(mine, value);
    }
    if (before + added > 0 && values.contains("mean")) {
      values["mean"] = mean / (before + added);
    }
  }

  // Without the histogram of each document, their percentiles cannot be known.
  void finish(std::uint64_t requests) const {
    if (count_of(histogram) == requests) {
      set_percentiles(values, histogram);
    } else {
      values.clear();
      histogram.clear();
    }
  }

 private:
  static double value_of(const std::map<std::string, double>& values, const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? 0 : found->second;
  }
};

void add_figures(load_figures& sum, const load_figures& more) {
  named_latencies{sum.latency_ms, sum.histogram}.add(more.latency_ms, more.histogram);
  named_latencies{sum.service_time_ms, sum.service_time_histogram}.add(more.service_time_ms,
                                                                       more.service_time_histogram);
  for (const auto& [kind, buckets] : more.error_histograms) {
    const auto values = more.error_latency_ms.find(kind);
    named_latencies{sum.error_latency_ms[kind], sum.error_histograms[kind]}.add(
        values == more.error_latency_ms.end() ? std::map<std::string, double>{} : values->second,
        buckets);
  }
  sum.tokens += more.tokens;
  sum.errors += more.errors;
  sum.seconds = std::max(sum.seconds, more.seconds);
  sum.missed += more.missed;
  for (const auto& [name, value] : more.errors_by_kind) {
    sum.errors_by_kind[name] += value;
  }
}

void finish(load_figures& figures) {
  figures.tokens_per_second =
      figures.seconds > 0 ? static_cast<double>(figures.tokens) / figures.seconds : 0;
  set_percentiles(figures.latency_ms, figures.histogram);
  named_latencies{figures.service_time_ms, figures.service_time_histogram}.finish(figures.tokens);
  for (const auto& [kind, count] : figures.errors_by_kind) {
    named_latencies{figures.error_latency_ms[kind], figures.error_histograms[kind]}.finish(count);
  }
  const auto is_empty = [](const auto& each) { return each.second.empty(); };
  std::erase_if(figures.error_latency_ms, is_empty);
  std::erase_if(figures.error_histograms, is_empty);
}

void add_phase(std::optional<load_figures>& sum, const std::optional<load_figures>& more) {
  if (sum && more) {
    add_figures(*sum, *more);
  } else if (more) {
    sum = more;
  }
}

std::optional<double> greater(std::optional<double> one, std::optional<double> other) {
  return one && other ? std::optional{std::max(*one, *other)} : one ? one : other;
}

// Percentiles cannot be computed if one of both has only its own percentiles.
void add_latencies(load_second& sum, const load_second& more) {
  const bool has_histograms =
      (sum.tokens == 0 || !sum.histogram.empty()) && (more.tokens == 0 || !more.histogram.empty());
  sum.max_ms = greater(sum.max_ms, more.max_ms);
  if (!has_histograms) {
    sum.p50_ms = sum.tokens == 0 ? more.p50_ms : more.tokens == 0 ? sum.p50_ms : std::nullopt;
    sum.p99_ms = sum.tokens == 0 ? more.p99_ms : more.tokens == 0 ? sum.p99_ms : std::nullopt;
    sum.histogram.clear();
    return;
  }
  add_buckets(sum.histogram, more.histogram);
  if (!sum.histogram.empty() && sum.max_ms) {
    sum.p50_ms = percentile(sum.histogram, 0.5, *sum.max_ms * 1e6) / 1e6;
    sum.p99_ms = percentile(sum.histogram, 0.99, *sum.max_ms * 1e6) / 1e6;
  }
}

void add_second(load_second& sum, const load_second& more) {
  add_latencies(sum, more);
  // The rows of one second begin a little apart. In the time from the first of them to the end of
  // the last, the rate would be too low.
  sum.from = std::min(sum.from, more.from);
  sum.length = std::max(sum.length, more.length);
  if (more.target_rate) {
    sum.target_rate = sum.target_rate.value_or(0) + *more.target_rate;
  }
  sum += more;
}

void add_series(std::vector<load_second>& sum, const std::vector<load_second>& more) {
  // The machines do not change to the next phase in the same instant.
  std::map<std::pair<std::uint64_t, std::string>, std::size_t> known;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    known.emplace(std::pair{sum[i].second, sum[i].phase}, i);
  }
  for (const auto& each : more) {
    const auto [found, is_new] = known.emplace(std::pair{each.second, each.phase}, sum.size());
    if (is_new) {
      sum.push_back(each);
    } else {
      add_second(sum[found->second], each);
    }
  }
  std::ranges::stable_sort(sum, {}, &load_second::from);
}

// Faults of the same text that overlap or touch become one.
void add_faults(std::vector<document_fault>& sum, const std::vector<document_fault>& more) {
  sum.insert(sum.end(), more.begin(), more.end());
  std::ranges::stable_sort(sum, {}, &document_fault::from_second);
  std::vector<document_fault> joined;
  for (const auto& each : sum) {
    const auto before = std::find_if(joined.rbegin(), joined.rend(), [&each](const auto& other) {
      return other.text == each.text && each.from_second <= other.to_second;
    });
    if (before == joined.rend()) {
      joined.push_back(each);
    } else {
      before->to_second = std::max(before->to_second, each.to_second);
    }
  }
  sum = std::move(joined);
}

void add_document(load_document& sum, const load_document& more) {
  sum.started_at = std::min(sum.started_at, more.started_at);
  sum.workers += more.workers;
  sum.interrupted = sum.interrupted || more.interrupted;
  sum.machines.push_back(more.machine);
  add_figures(sum.whole, more.whole);
  add_phase(sum.cold, more.cold);
  add_phase(sum.steady, more.steady);
  sum.counts += more.counts;
  sum.peak_rss_bytes = std::max(sum.peak_rss_bytes, more.peak_rss_bytes);
  add_series(sum.series, more.series);
  add_faults(sum.faults, more.faults);
}

load_document sum_of_all(std::span<const load_document> documents) {
  auto result = documents.front();
  result.machines = {result.machine};
  result.thresholds.clear();
  result.repetitions.clear();
  for (const auto& each : documents.subspan(1)) {
    add_document(result, each);
  }
  finish(result.whole);
  for (auto* phase : {&result.cold, &result.steady}) {
    if (*phase) {
      finish(**phase);
    }
  }
  const auto tokens = static_cast<double>(result.whole.tokens);
  result.upstream_requests_per_1000_tokens =
      tokens > 0 ? static_cast<double>(result.counts.http_requests) * 1'000 / tokens : 0;
  return result;
}

}  // namespace

void set_percentiles(std::map<std::string, double>& latency_ms, const bucket_list& histogram) {
  const auto found = latency_ms.find("max");
  const auto maximum = found == latency_ms.end() ? 0 : found->second * 1e6;
  for (auto& [name, value] : latency_ms) {
    if (const auto part = percentile_of_name(name)) {
      value = percentile(histogram, *part, maximum) / 1e6;
    }
  }
}

expected<load_document> merge_documents(std::span<const load_document> documents) {
  if (documents.empty()) {
    return fail(errc::invalid_configuration, "no worker has sent a document",
                "Name at least one worker");
  }
  try {
    return sum_of_all(documents);
  } catch (const different_buckets&) {
    return fail(errc::invalid_configuration,
                "the histograms of the workers have different buckets and cannot be summed",
                "Run the same version of midas on every machine");
  }
}

}  // namespace midas::internal::tools
