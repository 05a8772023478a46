// From a host to its dialect.
#pragma once

#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

namespace midas {

/// The endpoint of that host. Fails as the make_endpoint of its dialect does.
expected<identity_endpoint> make_endpoint(identity_host host, const host_environment& environment,
                                          const endpoint_settings& settings);

/// The endpoint of the host that was detected in that environment. Fails also as the detection did.
expected<identity_endpoint> make_endpoint(const host_detection& detection,
                                          const host_environment& environment,
                                          const endpoint_settings& settings);

}  // namespace midas
