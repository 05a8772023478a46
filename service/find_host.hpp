// The host that a service asks.
#pragma once

#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>
#include <midas/token_service_options.hpp>

namespace midas::internal {

/// The protocol of the host that the options choose or that is detected, with their settings. Fails
/// as make_protocol() does.
expected<host_protocol> find_host(const token_service_options& options,
                                  const host_environment& environment);

/// The same, if the host was detected before.
expected<host_protocol> find_host(const host_detection& detection,
                                  const token_service_options& options,
                                  const host_environment& environment);

}  // namespace midas::internal
