// Request limits per identity endpoint.
#pragma once

#include <cstddef>

namespace midas {

/// What a host may be sent. The defaults are those of IMDS, which serves the managed-identity
/// category with at most 5 concurrent requests and 20 a second (Microsoft Learn, "Azure Instance
/// Metadata Service", rate limiting).
struct host_limits {
  /// Requests in flight, and so connections. At least 1.
  std::size_t max_in_flight = 5;
  /// Requests in any period of one second; 0 means unlimited.
  std::size_t max_per_second = 20;

  friend bool operator==(const host_limits&, const host_limits&) = default;
};

}  // namespace midas
