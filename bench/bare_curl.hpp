// The least that an HTTP client of a host has to do: a bare curl multi loop, to compare with.
#pragma once

#include <cstddef>
#include <string>

namespace midas::internal::bench {

/// Requests a second. Sends `count` token requests, each for a resource of its own and with the
/// headers that midas sends: libcurl spends a hundred instructions on each character of a header.
/// Opens its connections anew. In the calling thread; ends the program when a request fails.
double bare_curl(const std::string& endpoint, std::size_t in_flight, std::size_t count);

/// The URL of the n-th of them; midas's is the same to the byte.
std::string token_url(const std::string& endpoint, std::size_t n);

}  // namespace midas::internal::bench
