// What a token service has done so far, counted.
#pragma once

#include <cstdint>

namespace midas {

/// Counted since the transport was made, but for in_flight.
struct http_statistics {
  /// Exchanges begun, the ones included that ended before anything was sent.
  std::uint64_t requests = 0;
  /// Connections opened, the ones that failed included.
  std::uint64_t connections_opened = 0;
  /// Exchanges that used a connection of an earlier one.
  std::uint64_t connections_reused = 0;
  /// Exchanges begun and not yet completed.
  std::uint64_t in_flight = 0;
};

/// Counted since the service was made, but for what says otherwise.
struct token_service_statistics {
  /// Requests answered with a token.
  std::uint64_t tokens = 0;
  /// Requests answered with an error.
  std::uint64_t errors = 0;
  /// Of the tokens, those that were at hand.
  std::uint64_t cache_hits = 0;
  /// Requests that joined an acquisition under way.
  std::uint64_t coalesced = 0;
  /// Acquisitions begun.
  std::uint64_t acquisitions = 0;
  /// Of the acquisitions, those that renew a token in the background.
  std::uint64_t refreshes = 0;
  /// Attempts that failed and were made again.
  std::uint64_t retries = 0;
  /// Answers of the host that said 429.
  std::uint64_t throttled = 0;
  /// Keys in memory just now, by the tokens published for them.
  std::uint64_t keys = 0;
  /// What went over the wire.
  http_statistics http{};
};

}  // namespace midas
