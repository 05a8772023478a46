// Everything that the metrics and the status page show, at one moment, as plain values.
#pragma once

#include "proxy/observation/askers.hpp"
#include "proxy/observation/problems.hpp"
#include "proxy/observation/process_figures.hpp"
#include "proxy/observation/upstream_record.hpp"
#include "proxy/observation/worker_counters.hpp"
#include <midas/token_service_statistics.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace midas::internal::proxy {

/// What the metrics show. The counters are read one after another.
struct counts {
  worker_totals requests{};
  upstream_totals upstream{};
  token_service_statistics service{};
};

struct snapshot {
  wall_time now{};
  wall_time started{};
  std::string version{};
  counts totals{};
  host_state host{};
  upstream_record::keys keys{};
  /// See merged().
  std::vector<asker> askers{};
  /// Requests of askers that the record has no room for.
  std::uint64_t forgotten_requests = 0;
  std::deque<recent_failure> failures{};
  std::vector<problem> problems{};
};

}  // namespace midas::internal::proxy
