// From a host to its dialect.
#pragma once

#include <midas/messages/error.hpp>
#include <midas/transport/endpoints/detection.hpp>
#include <midas/transport/endpoints/endpoint.hpp>
#include <midas/transport/endpoints/host_environment.hpp>

namespace midas {

/// The endpoint of that host. Fails as the make_endpoint of its dialect does.
expected<identity_endpoint> make_endpoint(identity_host host, const host_environment& environment,
                                          const endpoint_settings& settings);

/// The endpoint of the host that was detected in that environment. Fails also as the detection did.
expected<identity_endpoint> make_endpoint(const host_detection& detection,
                                          const host_environment& environment,
                                          const endpoint_settings& settings);

}  // namespace midas
