// What a load run counts besides latencies.
#pragma once

#include <cstdint>

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

/// The same of a part of the run, and how the requests ended in it.
struct interval_counts : load_counts {
  std::uint64_t tokens = 0;
  std::uint64_t errors = 0;

  interval_counts& operator+=(const interval_counts& other);
};

}  // namespace midas::internal::tools
