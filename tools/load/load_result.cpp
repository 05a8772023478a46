#include "tools/load/load_result.hpp"

#include <algorithm>
#include <numeric>

namespace midas::internal::tools {

std::string_view to_string(load_phase_kind kind) noexcept {
  switch (kind) {
    case load_phase_kind::cold:
      return "cold";
    case load_phase_kind::warm_up:
      return "warm_up";
    case load_phase_kind::steady:
      return "steady";
  }
  return "unknown";
}

std::uint64_t load_part::errors() const noexcept {
  return std::accumulate(
      failures.begin(), failures.end(), std::uint64_t{0},
      [](std::uint64_t sum, const auto& each) { return sum + each.second.count(); });
}

double load_part::tokens_per_second() const noexcept {
  const auto seconds = std::chrono::duration<double>(elapsed).count();
  return seconds > 0 ? static_cast<double>(tokens()) / seconds : 0;
}

std::optional<double> load_part::upstream_per_1000() const noexcept {
  if (tokens() == 0) {
    return std::nullopt;
  }
  return static_cast<double>(counts.http_requests) * 1000 / static_cast<double>(tokens());
}

latency_summary::latency_summary(const latency_histogram& latencies)
    : count(latencies.count()),
      p50(latencies.percentile(50)),
      p99(latencies.percentile(99)),
      maximum(latencies.maximum()),
      buckets(latencies.buckets()) {}

void load_part::add(const load_part& other) {
  elapsed += other.elapsed;
  latencies.add(other.latencies);
  service_times.add(other.service_times);
  for (const auto& [code, failed] : other.failures) {
    failures[code].add(failed);
  }
  counts += other.counts;
  missed += other.missed;
  if (!first_error) {
    first_error = other.first_error;
  }
}

load_part load_result::total() const {
  load_part sum;
  for (const auto& each : parts) {
    if (each.kind != load_phase_kind::warm_up) {
      sum.add(each);
    }
  }
  return sum;
}

const load_part* load_result::part(load_phase_kind kind) const noexcept {
  const auto found = std::ranges::find(parts, kind, &load_part::kind);
  return found == parts.end() ? nullptr : &*found;
}

const load_part* load_result::judged() const noexcept {
  const auto* const steady = part(load_phase_kind::steady);
  return steady != nullptr ? steady : part(load_phase_kind::cold);
}

std::optional<error> load_result::first_error() const { return total().first_error; }

}  // namespace midas::internal::tools
