// Options of the curl transport.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace midas::internal {

struct curl_multi_options {
  /// Open connections to keep, counted over all hosts and including those in use. When an exchange
  /// ends with more open, the connection that has been idle longest is closed. If more exchanges
  /// than this run at once, each opens a connection of its own. 0 means unlimited. Default: 128.
  std::size_t max_connections_kept = 128;

  /// Connections to one host, which is identified by scheme, name and port as the URL spells them.
  /// Further exchanges wait for a slot, the earliest `deadline` first, and fail at that deadline;
  /// their timeouts start when they get the slot. 0 means unlimited. Default: 128, above which
  /// bursts measured slower.
  std::size_t max_connections_per_host = 128;

  /// A connection idle for longer than this is not reused; when no connection has been used for so
  /// long, all are closed. From one second to one day; other values are taken as the nearest of
  /// these. Default: one minute, which is shorter than the idle timeout of most servers.
  std::chrono::seconds keep_alive{60};

  /// The User-Agent of requests without one; must not contain control characters. Default (empty):
  /// "midas/" and the version.
  std::string user_agent{};
};

}  // namespace midas::internal
