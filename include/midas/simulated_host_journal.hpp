// What a simulated host was asked, and when: the other side of a client's history.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace midas {

/// One token request. All times are of the simulator's own clock.
struct journal_entry {
  using time_point = std::chrono::steady_clock::time_point;

  /// It had arrived in full.
  time_point arrived{};
  /// Its answer began to go to the socket: noted before a client can read it. max() while the
  /// request is open, and for good when the connection ended without an answer.
  time_point answered = time_point::max();
  /// Nothing more is sent for it: the answer has gone, or the connection. max() until then. A
  /// client that leaves may know so a little earlier.
  time_point ended = time_point::max();
  /// As asked for; empty when the request named none.
  std::string resource{};
  /// Of the identity whose token was given; empty when none was.
  std::string client_id{};
  /// 0 when none was sent.
  int status = 0;
  /// The members of the rule's action that was applied, e.g. "status" or "status+latency"; empty
  /// when no rule was.
  std::string fault{};
};

/// One JSON object: `entries`, oldest first, with the names above. Times are milliseconds since
/// `start`, with a fraction; null instead of max().
[[nodiscard]] std::string to_json(const std::vector<journal_entry>& journal,
                                  journal_entry::time_point start);

}  // namespace midas
