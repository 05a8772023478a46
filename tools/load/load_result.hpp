// What a load run measured, as a plain value.
#pragma once

#include "tools/load/fault_spans.hpp"
#include "tools/load/latency_histogram.hpp"
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

/// How the callers' tokens came, and what that took.
struct load_counts {
  /// Tokens that were in memory, that came with an acquisition that another request had begun, and
  /// that came with the acquisition that the request began.
  std::uint64_t hits = 0;
  std::uint64_t joined = 0;
  std::uint64_t fetched = 0;
  /// Requests to the host, and connections opened to it.
  std::uint64_t http_requests = 0;
  std::uint64_t connections = 0;
  /// Requests of callers that needed no HTTP request of their own.
  std::uint64_t coalesced = 0;
  std::uint64_t cache_hits = 0;
  /// Refreshes in the background, failed attempts that were repeated, responses with status 429.
  std::uint64_t refreshes = 0;
  std::uint64_t retries = 0;
  std::uint64_t throttled = 0;

  load_counts& operator+=(const load_counts& other);
  /// Zero where `other` has more.
  [[nodiscard]] load_counts operator-(const load_counts& other) const;
  friend bool operator==(const load_counts&, const load_counts&) = default;
};

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

/// A second of the run, or what is left of it at the end of a phase.
struct series_row {
  /// From the beginning of the run.
  std::chrono::nanoseconds from{};
  std::chrono::nanoseconds length{};
  load_phase_kind kind = load_phase_kind::cold;
  /// Requests per second that were to begin; empty in a closed model.
  std::optional<double> target_rate{};
  latency_histogram latencies{};
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
