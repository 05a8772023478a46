// From a host to its dialect.
#pragma once

#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>
#include <midas/host_limits.hpp>

namespace midas::internal {

/// The limits of a host whose application gives none: those that IMDS documents; 192 requests at
/// once for the others, which document none (docs/performance.md has the measurement).
host_limits default_limits(identity_host host) noexcept;

/// The endpoint of that host. Fails as the make_protocol of its dialect does.
expected<host_protocol> make_protocol(identity_host host, const host_environment& environment,
                                      const host_settings& settings);

/// The endpoint of the host that was detected in that environment. Fails also as the detection did.
expected<host_protocol> make_protocol(const host_detection& detection,
                                      const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal
