// What a load run measured, as a plain value.
#pragma once

#include "tools/load/fault_spans.hpp"
#include "tools/load/latency_histogram.hpp"
#include "tools/load/load_counts.hpp"
#include "tools/load/machine.hpp"
#include "tools/load/settings.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

enum class load_phase_kind { cold, warm_up, steady };

/// "cold", "warm_up" or "steady".
std::string_view to_string(load_phase_kind kind) noexcept;

/// A phase that has ended, or several of them.
struct load_part {
  load_phase_kind kind = load_phase_kind::cold;
  std::chrono::nanoseconds elapsed{};
  /// Of requests that were answered with a token.
  latency_histogram latencies{};
  /// The same from the start of each request; empty in a closed model.
  latency_histogram service_times{};
  /// Of requests that failed.
  std::map<errc, latency_histogram> failures{};
  load_counts counts{};
  /// Requests of an open model that did not begin in time.
  std::uint64_t missed = 0;
  std::optional<error> first_error{};

  [[nodiscard]] std::uint64_t tokens() const noexcept { return latencies.count(); }
  [[nodiscard]] std::uint64_t errors() const noexcept;
  [[nodiscard]] std::uint64_t requests() const noexcept { return tokens() + errors(); }
  [[nodiscard]] double tokens_per_second() const noexcept;
  /// Requests to the host per 1,000 tokens; empty without tokens.
  [[nodiscard]] std::optional<double> upstream_per_1000() const noexcept;
  void add(const load_part& other);
};

/// The latencies of a second: a histogram would take 40 kB of each.
struct latency_summary {
  std::uint64_t count = 0;
  std::chrono::nanoseconds p50{};
  std::chrono::nanoseconds p99{};
  std::chrono::nanoseconds maximum{};
  /// Those with latencies in them, in ascending order. Empty if they are not kept.
  std::vector<latency_histogram::bucket> buckets{};

  latency_summary() = default;
  explicit latency_summary(const latency_histogram& latencies);
};

/// A second of the run, or what is left of it at the end of a phase.
struct series_row {
  /// From the beginning of the run.
  std::chrono::nanoseconds from{};
  std::chrono::nanoseconds length{};
  load_phase_kind kind = load_phase_kind::cold;
  /// Requests per second that were to begin; empty in a closed model.
  std::optional<double> target_rate{};
  latency_summary latencies{};
  std::uint64_t errors = 0;
  load_counts counts{};
};

struct threshold_outcome {
  std::string expression;
  /// "3.1 ms", or "none" if there is nothing to measure.
  std::string value;
  bool passed = false;
};

struct load_result {
  /// "10000 actors on 2 threads, 1 resource, simulated IMDS with a latency of 50 ms".
  std::string what;
  std::chrono::sys_seconds started_at{};
  machine_facts machine;
  std::vector<setting> settings;
  /// --percentiles, ascending; empty for the default ones.
  std::vector<double> percentiles;
  /// In the order in which they ran. The first ones may be missing.
  std::vector<load_part> parts;
  std::vector<series_row> series;
  std::vector<fault_span> faults;
  std::vector<threshold_outcome> thresholds;
  std::uint64_t peak_rss_bytes = 0;
  /// A signal ended the run early.
  bool interrupted = false;
  bool open_model = false;

  /// All phases but the warm-up.
  [[nodiscard]] load_part total() const;
  /// Null if it did not run.
  [[nodiscard]] const load_part* part(load_phase_kind kind) const noexcept;
  /// The phase whose latencies are judged: the steady state if it ran, otherwise the burst. Null if
  /// nothing was measured.
  [[nodiscard]] const load_part* judged() const noexcept;
  /// Of the measured phases.
  [[nodiscard]] std::optional<error> first_error() const;
};

}  // namespace midas::internal::tools
