// Simulated hosts that answer slowly.
#pragma once

#include <midas/simulated_host.hpp>

#include <chrono>

namespace midas::internal::test {

inline simulated_host_options with_latency(std::chrono::nanoseconds latency) {
  simulated_host_options result;
  result.latency = latency;
  return result;
}

}  // namespace midas::internal::test
