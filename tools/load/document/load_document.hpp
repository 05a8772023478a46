// The JSON document of midas load --json as values. docs/load.schema.json describes its members.
#pragma once

#include "tools/load/document/bucket_list.hpp"
#include "tools/load/load_counts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// The value of "schema".
inline constexpr const char* load_schema = "midas-load/1";

struct machine_description {
  std::string name{};
  std::string system{};
  std::string processor{};
  std::uint64_t processors = 0;
  std::uint64_t memory_bytes = 0;

  bool operator==(const machine_description&) const = default;
};

/// The effective value of an option.
struct load_setting {
  /// The long name of the option, without the dashes.
  std::string name{};
  /// The value as compact JSON, and as text for a reader: strings without quotes.
  std::string json{};
  std::string text{};

  bool operator==(const load_setting&) const = default;
};

/// Of the whole run or of one phase.
struct load_figures {
  std::uint64_t tokens = 0;
  std::uint64_t errors = 0;
  double seconds = 0;
  double tokens_per_second = 0;
  /// By the member's name: "mean", "max", and percentiles (see percentile_of_name()).
  std::map<std::string, double> latency_ms{};
  /// The same from the start of each request, in an open model.
  std::map<std::string, double> service_time_ms{};
  std::map<std::string, std::uint64_t> errors_by_kind{};
  /// The latencies of failed requests, by kind.
  std::map<std::string, std::map<std::string, double>> error_latency_ms{};
  /// Requests of an open model that could not be started on schedule.
  std::uint64_t missed = 0;
  /// Those of latency_ms, service_time_ms and error_latency_ms.
  bucket_list histogram{};
  bucket_list service_time_histogram{};
  std::map<std::string, bucket_list> error_histograms{};

  /// That latency in milliseconds. Empty if the document does not have it.
  [[nodiscard]] std::optional<double> latency(const std::string& name) const {
    const auto found = latency_ms.find(name);
    return found == latency_ms.end() ? std::nullopt : std::optional{found->second};
  }
};

/// What happened in one second of the run, or in what was left of it at the end of a phase.
/// Documents do not have the counts of connections, retries, and requests that needed no HTTP
/// request.
struct load_second : interval_counts {
  std::uint64_t second = 0;
  /// When it began, in seconds from the beginning of the run, and its length in seconds.
  double from = 0;
  double length = 1;
  /// "cold", "warm_up" or "steady".
  std::string phase{};
  /// Requests per second. Absent in a closed loop.
  std::optional<double> target_rate{};
  /// Absent in a second without tokens. Documents of several workers have percentiles only of
  /// seconds whose histogram each of them has sent.
  std::optional<double> p50_ms{};
  std::optional<double> p99_ms{};
  std::optional<double> max_ms{};
  bucket_list histogram{};
};

/// A time in which exchanges with the host failed.
struct document_fault {
  double from_second = 0;
  double to_second = 0;
  std::string text{};
};

struct document_threshold {
  std::string expression{};
  std::string value{};
  bool passed = false;
};

struct load_document {
  std::string midas_version{};
  /// UTC, in the form of RFC 3339.
  std::string started_at{};
  machine_description machine{};
  /// Of a run on several machines: each worker's. Otherwise empty.
  std::vector<machine_description> machines{};
  std::vector<load_setting> settings{};
  /// The parameters in one sentence.
  std::string what{};
  std::uint64_t workers = 1;
  /// The requests came at a rate, whatever the answers did.
  bool open_model = false;
  /// A signal ended the run early.
  bool interrupted = false;
  load_figures whole{};
  std::optional<load_figures> cold{};
  std::optional<load_figures> steady{};
  load_counts counts{};
  double upstream_requests_per_1000_tokens = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::vector<load_second> series{};
  std::vector<document_fault> faults{};
  std::vector<document_threshold> thresholds{};
  /// With --repeat: every run, without its series.
  std::vector<load_document> repetitions{};

  /// The setting of that name. Null without one.
  [[nodiscard]] const load_setting* setting(std::string_view name) const {
    for (const auto& each : settings) {
      if (each.name == name) {
        return &each;
      }
    }
    return nullptr;
  }
  /// The phase that represents the run: the steady state if there was one.
  [[nodiscard]] const load_figures& main_figures() const { return steady ? *steady : whole; }
};

}  // namespace midas::internal::tools
