// What a load run found, for people and for programs.
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
  /// What ran: "10,000 actors on 2 threads, 1 resource, host latency 50 ms".
  std::string what;
  struct part {
    /// "cold burst" or "steady state".
    std::string name;
    std::unique_ptr<phase> outcome;
  };
  std::vector<part> parts;
  /// Requests, and connections, that reached the host.
  std::uint64_t http_requests = 0;
  std::uint64_t connections = 0;
  /// Requests of callers that needed none of their own.
  std::uint64_t coalesced = 0;
  std::uint64_t cache_hits = 0;
  /// Of the HTTP requests, those that renewed a token in the background, and those that repeated
  /// one that had failed; and the answers that said 429.
  std::uint64_t refreshes = 0;
  std::uint64_t retries = 0;
  std::uint64_t throttled = 0;
  std::uint64_t peak_rss_bytes = 0;

  [[nodiscard]] std::uint64_t tokens() const;
  [[nodiscard]] std::uint64_t errors() const;
  [[nodiscard]] std::optional<error> first_error() const;
};

/// A table, as wide as a terminal.
std::string to_table(const load_report& report);

/// One object: the figures of the whole run, and under "cold" and "steady" those of its parts.
std::string to_json(const load_report& report);

}  // namespace midas::internal::tools
