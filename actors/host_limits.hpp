// What a host's identity endpoint may be sent.
#pragma once

#include <cstddef>

namespace midas {

/// A VM's IMDS serves the managed-identity category with at most 5 concurrent requests and 20 a
/// second (Microsoft Learn, "Azure Instance Metadata Service", rate limiting).
struct host_limits {
  /// At least 1; so many connections are opened at most.
  std::size_t max_in_flight = 5;
  /// In any second, however it is placed; 0 means no limit.
  std::size_t max_per_second = 20;
};

}  // namespace midas
