// What a simulated host records: its statistics, and the journal of its token requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

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

/// One token request. Times are those of std::chrono::steady_clock in the simulator's process.
struct journal_entry {
  /// A time of the simulator's process.
  using time_point = std::chrono::steady_clock::time_point;

  /// When the whole request had arrived.
  time_point arrived{};
  /// When the answer was about to be sent, which is before a client can read any of it. max() while
  /// the request is open, and permanently if the connection ended without an answer.
  time_point answered = time_point::max();
  /// When the end of the answer was about to be sent, or when the connection closed. max() until
  /// then. A client that closes the connection may observe the end a little earlier.
  time_point ended = time_point::max();
  /// The resource that the request names. Empty if it names none.
  std::string resource{};
  /// The client id of the identity whose token was issued. Empty if none was.
  std::string client_id{};
  /// The HTTP status of the answer. 0 if none was sent.
  int status = 0;
  /// The names of the members of the fault rule's action that was applied, e.g. "status" or
  /// "status+latency". Empty if no rule was applied.
  std::string fault{};
};

/// A JSON object with the member `entries`: an array of objects with the members of journal_entry,
/// in the order of `journal`. Times are milliseconds since `start` with a fraction; null instead of
/// max(). Any thread.
[[nodiscard]] std::string to_json(const std::vector<journal_entry>& journal,
                                  journal_entry::time_point start);

}  // namespace midas
