// The HTTP connections of a token service.
#pragma once

#include "transport/curl/curl_options.hpp"
#include <midas/host_limits.hpp>

namespace midas::internal {

/// One connection for each request that the limits allow in flight. All are kept: a burst that
/// follows another opens none.
inline curl_multi_options transport_options(const host_limits& limits) {
  curl_multi_options result;
  result.max_connections_kept = limits.max_in_flight;
  result.max_connections_per_host = limits.max_in_flight;
  return result;
}

}  // namespace midas::internal
