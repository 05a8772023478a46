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

void add_figures(load_figures& sum, const load_figures& more) {
  const auto before = static_cast<double>(count_of(sum.histogram));
  const auto added = static_cast<double>(count_of(more.histogram));
  const auto mean =
      sum.latency("mean").value_or(0) * before + more.latency("mean").value_or(0) * added;
  add_buckets(sum.histogram, more.histogram);
  sum.tokens += more.tokens;
  sum.errors += more.errors;
  sum.seconds = std::max(sum.seconds, more.seconds);
  for (const auto& [name, value] : more.latency_ms) {
    auto& mine = sum.latency_ms[name];
    mine = std::max(mine, value);
  }
  if (before + added > 0 && sum.latency("mean")) {
    sum.latency_ms["mean"] = mean / (before + added);
  }
  sum.missed += more.missed;
  for (const auto& [name, value] : more.errors_by_kind) {
    sum.errors_by_kind[name] += value;
  }
}

void finish(load_figures& figures) {
  figures.service_time_ms.clear();
  figures.error_latency_ms.clear();
  figures.tokens_per_second =
      figures.seconds > 0 ? static_cast<double>(figures.tokens) / figures.seconds : 0;
  set_percentiles(figures);
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
  const auto end = std::max(sum.from + sum.length, more.from + more.length);
  sum.from = std::min(sum.from, more.from);
  sum.length = end - sum.from;
  if (more.target_rate) {
    sum.target_rate = sum.target_rate.value_or(0) + *more.target_rate;
  }
  sum.tokens += more.tokens;
  sum.errors += more.errors;
  sum.hits += more.hits;
  sum.joined += more.joined;
  sum.fetched += more.fetched;
  sum.refreshes += more.refreshes;
  sum.http_requests += more.http_requests;
  sum.throttled += more.throttled;
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

void add_counters(load_document& sum, const load_document& more) {
  const auto& from = more.counters;
  auto& to = sum.counters;
  to.refreshes += from.refreshes;
  to.retries += from.retries;
  to.throttled += from.throttled;
  to.coalesced += from.coalesced;
  to.cache_hits += from.cache_hits;
  to.http_requests += from.http_requests;
  to.connections += from.connections;
  sum.answers.hit += more.answers.hit;
  sum.answers.joined += more.answers.joined;
  sum.answers.fetched += more.answers.fetched;
  sum.peak_rss_bytes = std::max(sum.peak_rss_bytes, more.peak_rss_bytes);
}

void add_document(load_document& sum, const load_document& more) {
  sum.started_at = std::min(sum.started_at, more.started_at);
  sum.workers += more.workers;
  sum.interrupted = sum.interrupted || more.interrupted;
  sum.machines.push_back(more.machine);
  add_figures(sum.whole, more.whole);
  add_phase(sum.cold, more.cold);
  add_phase(sum.steady, more.steady);
  add_counters(sum, more);
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
      tokens > 0 ? static_cast<double>(result.counters.http_requests) * 1'000 / tokens : 0;
  return result;
}

}  // namespace

void set_percentiles(load_figures& figures) {
  const auto maximum = figures.latency("max").value_or(0) * 1e6;
  for (auto& [name, value] : figures.latency_ms) {
    if (const auto part = percentile_of_name(name)) {
      value = percentile(figures.histogram, *part, maximum) / 1e6;
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
