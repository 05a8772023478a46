// The results of a load run as a table and as JSON.
#pragma once

#include "tools/load/phase.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct load_report {
  /// The parameters: "10000 actors on 2 threads, 1 resource, simulated host with a latency of 50
  /// ms".
  std::string what;
  struct part {
    /// "cold burst" or "steady state".
    std::string name;
    std::unique_ptr<phase> outcome;
  };
  std::vector<part> parts;
  /// Requests to the host, and connections opened to it.
  std::uint64_t http_requests = 0;
  std::uint64_t connections = 0;
  /// Requests of callers that needed no HTTP request of their own.
  std::uint64_t coalesced = 0;
  std::uint64_t cache_hits = 0;
  /// HTTP requests that refreshed a token in the background, HTTP requests that retried a failed
  /// one, and responses with status 429.
  std::uint64_t refreshes = 0;
  std::uint64_t retries = 0;
  std::uint64_t throttled = 0;
  std::uint64_t peak_rss_bytes = 0;

  [[nodiscard]] std::uint64_t tokens() const;
  [[nodiscard]] std::uint64_t errors() const;
  [[nodiscard]] std::optional<error> first_error() const;
};

/// A table that fits a terminal of 80 columns.
std::string to_table(const load_report& report);

/// One object: the figures of the whole run, and under "cold" and "steady" those of the phases.
std::string to_json(const load_report& report);

}  // namespace midas::internal::tools
