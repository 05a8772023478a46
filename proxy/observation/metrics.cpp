#include "proxy/observation/metrics.hpp"

#include <midas/error.hpp>
#include <midas/token_event.hpp>

#include <initializer_list>
#include <prometheus/text_serializer.h>
#include <string_view>
#include <utility>

namespace midas::internal::proxy {

namespace {

using families = std::vector<prometheus::MetricFamily>;
using prometheus::ClientMetric;
using prometheus::MetricType;

double seconds_since_1970(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>{time.time_since_epoch()}.count();
}

prometheus::MetricFamily& add_family(families& to, const char* name, const char* help,
                                     MetricType type) {
  return to.emplace_back(prometheus::MetricFamily{name, help, type, {}});
}

ClientMetric& add_sample(prometheus::MetricFamily& to, const char* label, std::string_view value) {
  auto& result = to.metric.emplace_back();
  result.label.push_back({label, std::string{value}});
  return result;
}

template <class Number>
void add_counter(families& to, const char* name, const char* help, Number value) {
  add_family(to, name, help, MetricType::Counter).metric.emplace_back().counter.value =
      static_cast<double>(value);
}

template <class Number>
void add_gauge(families& to, const char* name, const char* help, Number value) {
  add_family(to, name, help, MetricType::Gauge).metric.emplace_back().gauge.value =
      static_cast<double>(value);
}

// Without a sample if the value is not known.
template <class Number>
void add_known_gauge(families& to, const char* name, const char* help,
                     const std::optional<Number>& value) {
  auto& family = add_family(to, name, help, MetricType::Gauge);
  if (value) {
    family.metric.emplace_back().gauge.value = static_cast<double>(*value);
  }
}

// One sample for each enumerator, so that a rate exists before the first event.
template <class Enum, class Array>
void add_enum_counters(families& to, const char* name, const char* help, const char* label,
                       const Array& values) {
  auto& family = add_family(to, name, help, MetricType::Counter);
  for (std::size_t at = 0; at < values.size(); ++at) {
    add_sample(family, label, to_string(static_cast<Enum>(at))).counter.value =
        static_cast<double>(values.at(at));
  }
}

template <class Map>
void add_named_counters(families& to, const char* name, const char* help, const char* label,
                        const Map& values) {
  auto& family = add_family(to, name, help, MetricType::Counter);
  for (const auto& [value, count] : values) {
    add_sample(family, label, value).counter.value = static_cast<double>(count);
  }
}

void add_histogram(families& to, const char* name, const char* help,
                   const latency_histogram& values) {
  auto& result = add_family(to, name, help, MetricType::Histogram).metric.emplace_back().histogram;
  for (std::size_t at = 0; at < latency_bounds.size(); ++at) {
    result.sample_count += values.buckets.at(at);
    result.bucket.push_back(
        {result.sample_count, std::chrono::duration<double>{latency_bounds.at(at)}.count()});
  }
  result.sample_count += values.buckets.back();
  result.sample_sum = std::chrono::duration<double>{values.sum}.count();
}

void add_requests(families& to, const worker_totals& totals) {
  add_enum_counters<token_result>(to, "midas_token_requests_total",
                                  "Requests of clients for a token, by how they ended.", "result",
                                  totals.results);
  add_histogram(to, "midas_token_request_duration_seconds",
                "Time from a client's complete request to its answer.", totals.durations);
}

void add_upstream(families& to, const upstream_totals& totals,
                  const token_service_statistics& service) {
  add_named_counters(to, "midas_upstream_requests_total",
                     "Requests to the identity endpoint of the host, by HTTP status, or by the "
                     "error if there was no answer.",
                     "status", totals.requests);
  add_histogram(to, "midas_upstream_request_duration_seconds",
                "Time that requests to the host took.", totals.durations);
  add_named_counters(to, "midas_upstream_retries_total",
                     "Attempts that failed and were followed by another, by the error.", "reason",
                     totals.retries);
  add_gauge(to, "midas_upstream_in_flight", "Requests to the host in progress.",
            service.http.in_flight);
  add_gauge(to, "midas_upstream_queue_length",
            "Requests to the host that its limits, or a pause, do not admit yet.",
            service.http.queued);
  add_gauge(to, "midas_waiters", "Requests that wait for a token to be acquired.", service.waiters);
}

void add_tokens(families& to, const upstream_totals& totals,
                const token_service_statistics& service) {
  add_gauge(to, "midas_tokens_held", "Tokens in memory.", service.keys);
  add_enum_counters<eviction_reason>(to, "midas_token_evictions_total",
                                     "Tokens that left memory, by the reason.", "reason",
                                     totals.evictions);
  auto& refreshes = add_family(to, "midas_token_refreshes_total",
                               "Refreshes of tokens that ended: with a newer token, or with the "
                               "old one kept.",
                               MetricType::Counter);
  add_sample(refreshes, "outcome", "refreshed").counter.value =
      static_cast<double>(totals.refreshed);
  add_sample(refreshes, "outcome", "kept").counter.value = static_cast<double>(totals.kept);
  std::optional<double> earliest;
  if (service.earliest_expiry) {
    earliest = seconds_since_1970(*service.earliest_expiry);
  }
  add_known_gauge(to, "midas_tokens_earliest_expiry_timestamp_seconds",
                  "When the first of the tokens in memory expires; no sample without tokens.",
                  earliest);
  add_gauge(to, "midas_throttled_until_timestamp_seconds",
            "The end of the pause after the host's last 429; 0 if there is no pause.",
            service.throttled_until ? seconds_since_1970(*service.throttled_until) : 0.0);
}

void add_clients(families& to, const worker_totals& totals) {
  // Counted by several threads, so that an end may be seen before its begin.
  const auto connected =
      totals.connected > totals.disconnected ? totals.connected - totals.disconnected : 0;
  add_gauge(to, "midas_clients_connected", "Connections of clients.", connected);
  add_enum_counters<rejection>(to, "midas_clients_rejected_total",
                               "Connections that the proxy closed, by the reason.", "reason",
                               totals.rejected);
}

void add_process(families& to, const process_figures& process) {
  add_counter(to, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
              process.cpu_seconds);
  add_known_gauge(to, "process_resident_memory_bytes", "Resident memory size in bytes.",
                  process.resident_bytes);
  add_known_gauge(to, "process_open_fds", "Number of open file descriptors.", process.open_fds);
  add_known_gauge(to, "process_max_fds", "Maximum number of open file descriptors.",
                  process.max_fds);
  add_known_gauge(to, "process_start_time_seconds",
                  "Start time of the process since unix epoch in seconds.",
                  process.start_time_seconds);
  add_known_gauge(to, "process_threads", "Number of threads in the process.", process.threads);
}

}  // namespace

families metric_families(const counts& totals, const process_figures& process,
                         const std::string& version) {
  families result;
  add_requests(result, totals.requests);
  add_upstream(result, totals.upstream, totals.service);
  add_tokens(result, totals.upstream, totals.service);
  add_clients(result, totals.requests);
  add_sample(add_family(result, "midas_build_info", "The version of the proxy; always 1.",
                        MetricType::Gauge),
             "version", version)
      .gauge.value = 1;
  add_process(result, process);
  return result;
}

families proxy_metrics::Collect() const {
  return metric_families(source_.count(), read_process_figures(), source_.version());
}

std::string metrics_text(const prometheus::Collectable& metrics) {
  return prometheus::TextSerializer{}.Serialize(metrics.Collect());
}

}  // namespace midas::internal::proxy
