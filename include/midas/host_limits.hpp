// Limits on the requests to an identity endpoint.
#pragma once

#include <cstddef>

namespace midas {

/// How much midas sends to the host; requests beyond it wait (docs/resilience.md, "Limits"). The
/// defaults are the limits that IMDS documents for its managed-identity category: 5 concurrent
/// requests and 20 per second (Microsoft Learn, "Azure Instance Metadata Service", rate limiting).
/// IMDS answers 429 beyond them.
struct host_limits {
  /// Requests in flight at once, which is also the number of connections. At least 1.
  std::size_t max_in_flight = 5;
  /// Requests in any period of one second; 0 means unlimited.
  std::size_t max_per_second = 20;

  friend bool operator==(const host_limits&, const host_limits&) = default;
};

}  // namespace midas
