// The journal of a simulated host: its token requests with their times and answers.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace midas {

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
