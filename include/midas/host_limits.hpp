// What a host's identity endpoint may be sent.
#pragma once

#include "transport/hosts/host_protocol.hpp"

#include <cstddef>

namespace midas {

/// A VM's IMDS serves the managed-identity category with at most 5 concurrent requests and 20 a
/// second (Microsoft Learn, "Azure Instance Metadata Service", rate limiting).
struct host_limits {
  /// At least 1; so many connections are opened at most.
  std::size_t max_in_flight = 5;
  /// In any second, however it is placed; 0 means no limit.
  std::size_t max_per_second = 20;

  friend bool operator==(const host_limits&, const host_limits&) = default;
};

/// What a host is sent unless the application says otherwise: for IMDS its own limits; the others
/// state none, and are sent up to 192 at once, since with fewer a thousand resources at once take
/// longer than they need (docs/performance.md).
constexpr host_limits default_limits(identity_host host) noexcept {
  return host == identity_host::imds ? host_limits{} : host_limits{192, 0};
}

}  // namespace midas
