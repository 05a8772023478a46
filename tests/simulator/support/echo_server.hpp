// A server whose handler repeats the request, for tests of http_server.
#pragma once

#include "simulator/http/http_server.hpp"
#include "simulator/http/traffic_counter.hpp"

#include <cstdint>

namespace midas::internal::test {

/// Answers with the request itself. Delays "/late" by ten minutes and "/soon" by a millisecond,
/// throws for "/throw", closes the connection after "/close", and adds 300 kB to "/large".
struct echo_server {
  explicit echo_server(const simulator::http_server_options& options = {});

  simulator::traffic_counter counter{};
  simulator::http_server server;
};

void wait_until_in_flight(const simulator::traffic_counter& counter, std::uint64_t count);
void wait_until_open(const simulator::traffic_counter& counter, std::uint64_t count);

}  // namespace midas::internal::test
