// What a simulated endpoint has heard and answered.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace midas {

/// All numbers count from the start of the simulator. Asking for them through GET /stats shows in
/// the connections only.
struct simulated_host_statistics {
  /// Requests that arrived, malformed ones included.
  std::uint64_t requests = 0;
  /// Those of them that went to the token path, whatever they were answered.
  std::uint64_t token_requests = 0;
  /// Connections accepted in all.
  std::uint64_t connections = 0;
  /// Connections open now.
  std::uint64_t open_connections = 0;
  /// Requests that have arrived in full, and whose answer has not been handed to the socket.
  std::uint64_t in_flight = 0;
  /// The most that in_flight has been.
  std::uint64_t peak_in_flight = 0;
  /// Token requests by the resource they named. After 65,536 resources new ones count as
  /// "(others)".
  std::map<std::string, std::uint64_t> resources{};
  /// Answers by HTTP status.
  std::map<int, std::uint64_t> statuses{};
};

/// One JSON object with the names above; `statuses` has its numbers as text, as JSON demands.
[[nodiscard]] std::string to_json(const simulated_host_statistics& statistics);

}  // namespace midas
