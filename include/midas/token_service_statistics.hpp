// Counters of a token service.
#pragma once

#include <midas/detail/time_types.hpp>

#include <cstdint>
#include <optional>

namespace midas {

/// What was sent to the host. Counted since the service was created, except `in_flight` and
/// `queued`.
struct http_statistics {
  /// HTTP exchanges begun, including those that failed before anything was sent.
  std::uint64_t requests = 0;
  /// Connections that midas tried to open. One exchange may try several addresses.
  std::uint64_t connection_attempts = 0;
  /// The part of `connection_attempts` that led to a connection.
  std::uint64_t connections_opened = 0;
  /// Exchanges that used an existing connection.
  std::uint64_t connections_reused = 0;
  /// Exchanges in progress now.
  std::uint64_t in_flight = 0;
  /// Requests to the host that wait now: its limits, or a pause, do not admit them yet.
  std::uint64_t queued = 0;
};

/// A snapshot; the counters are read one after another, not all at the same instant. Counted since
/// the service was created unless stated otherwise.
struct token_service_statistics {
  /// Requests answered with a token.
  std::uint64_t tokens = 0;
  /// Requests answered with an error.
  std::uint64_t errors = 0;
  /// The part of `tokens` that was answered from memory.
  std::uint64_t cache_hits = 0;
  /// Requests that joined an acquisition in progress.
  std::uint64_t coalesced = 0;
  /// Acquisitions begun.
  std::uint64_t acquisitions = 0;
  /// The part of `acquisitions` that refreshed a token in the background.
  std::uint64_t refreshes = 0;
  /// Failed attempts that were repeated.
  std::uint64_t retries = 0;
  /// Answers of the host with HTTP status 429.
  std::uint64_t throttled = 0;
  /// Keys with a token in memory now.
  std::uint64_t keys = 0;
  /// Requests that wait for an acquisition now.
  std::uint64_t waiters = 0;
  /// The earliest end of the usable tokens in memory; empty if there are none. Determined by
  /// looking at each of them.
  std::optional<std::chrono::sys_seconds> earliest_expiry{};
  /// The end of the pause after the host's last 429; empty if no pause is in progress. An estimate:
  /// the pause itself is measured with the steady clock.
  std::optional<std::chrono::system_clock::time_point> throttled_until{};
  /// What the transport did for these requests.
  http_statistics http{};
};

}  // namespace midas
