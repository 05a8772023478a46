// A bare curl multi loop, the minimum that an HTTP client of a host must do, as a baseline.
#pragma once

#include <cstddef>
#include <string>

namespace midas::internal::bench {

/// Sends `count` token requests, each for a different resource, and returns the requests per
/// second. The headers are those of midas, because libcurl spends a hundred instructions on each
/// character of a header. Opens new connections. Runs in the calling thread. Exits the program if a
/// request fails.
double bare_curl(const std::string& endpoint, std::size_t in_flight, std::size_t count);

/// The URL of the n-th request, identical to the one that midas sends.
std::string token_url(const std::string& endpoint, std::size_t n);

}  // namespace midas::internal::bench
