// The statistics of a simulated host.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace midas {

/// A snapshot of the counts since the simulated host started. Requests to /stats, /journal and
/// /faults are not counted, but their connections are.
struct simulated_host_statistics {
  /// Requests received, malformed ones included.
  std::uint64_t requests = 0;
  /// Requests to the token path, whatever their answer.
  std::uint64_t token_requests = 0;
  /// Connections accepted.
  std::uint64_t connections = 0;
  /// Connections that are open now.
  std::uint64_t open_connections = 0;
  /// Requests that have arrived completely and whose answer is not being sent yet.
  std::uint64_t in_flight = 0;
  /// Maximum of in_flight.
  std::uint64_t peak_in_flight = 0;
  /// Token requests by the resource that they name. Beyond 65,536 resources, further ones are
  /// counted as "(others)".
  std::map<std::string, std::uint64_t> resources{};
  /// Answers by HTTP status.
  std::map<int, std::uint64_t> statuses{};
};

/// A JSON object with the members of the statistics. The names in `statuses` are strings, since
/// JSON requires it. Any thread.
[[nodiscard]] std::string to_json(const simulated_host_statistics& statistics);

}  // namespace midas
