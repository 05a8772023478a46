// The events that a token service reports to its observers, for logs and metrics.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace midas {

// An event is a plain value: it owns everything that it contains, and may be kept, copied and
// passed to other threads. It contains no token, and no other secret. Durations are never negative.

/// An acquisition begins: midas is about to send a request for a token to the host.
/// acquisition_succeeded or acquisition_failed follows, unless the actor ends first, e.g. in a
/// shutdown.
struct acquisition_started {
  token_key key{};
  /// True for a refresh, which no caller waits for.
  bool in_background = false;
};

/// A request joined an acquisition that was already in progress. There is one such event for each
/// request, so during an outage nearly all events are of this kind.
struct acquisition_joined {
  token_key key{};
};

/// An attempt failed and will be retried after a pause, unless all waiters leave during the pause.
struct acquisition_retried {
  token_key key{};
  /// Why the attempt failed.
  error failure{};
  /// The pause before the next attempt.
  std::chrono::nanoseconds delay{};
};

/// The host granted a token.
struct acquisition_succeeded {
  token_key key{};
  /// When the token expires (UTC).
  std::chrono::sys_seconds expires_on{};
  /// Since acquisition_started, retries and pauses included.
  std::chrono::nanoseconds elapsed{};
  /// The number of waiters that get the token; 0 for a refresh that no request has joined.
  std::size_t answered = 0;
};

/// The host granted a token for a request with claims, of which it learned nothing: its protocol
/// has no parameter for claims. Follows acquisition_succeeded; see
/// access_token::claims_not_passed_on().
struct claims_not_passed_on {
  token_key key{};
};

/// An acquisition ended without a token. A cached token stays in use while it is valid.
struct acquisition_failed {
  token_key key{};
  /// The failure of the last attempt.
  error failure{};
  /// Since acquisition_started, retries and pauses included.
  std::chrono::nanoseconds elapsed{};
  /// The number of waiters that get `failure`. Waiters that were answered before, because no retry
  /// could succeed before their deadline, do not count.
  std::size_t answered = 0;
};

/// The host answered 429. The pause applies to the requests for all keys.
struct host_throttled {
  /// How long midas sends no request to the host: Retry-After, at least 1 s and at most 60 s.
  std::chrono::nanoseconds pause{};
};

/// At least three requests to the host, for any keys, have failed in a row. Until one succeeds,
/// midas sends one request at a time, with a pause after each failure: one event for each pause.
struct host_failing {
  /// The last failure, which requests receive that cannot wait for the end of the pause.
  error failure{};
  /// The failures since the last success. Requests that time out count once for each key.
  std::size_t failures = 0;
  /// How long midas sends no request to the host.
  std::chrono::nanoseconds pause{};
};

/// A request has succeeded after host_failing. The host's limits apply again.
struct host_recovered {};

/// The next refresh of the token is scheduled, after a token was granted or a refresh failed.
struct refresh_scheduled {
  token_key key{};
  /// From now until the refresh begins.
  std::chrono::nanoseconds delay{};
};

/// A refresh ended, or an acquisition during which a refresh became due.
struct refresh_done {
  token_key key{};
  /// False if it failed, or if the host returned the same token again. The cached token then stays,
  /// and another refresh is scheduled.
  bool refreshed = false;
};

/// A key left memory, and its token with it: it had not been requested for
/// token_service_options::idle_key_timeout, its token was no longer usable, or there were more than
/// token_service_options::max_keys.
struct key_evicted {
  token_key key{};
};

/// A connection to the host was opened, or the attempt failed. Reported when an exchange ends.
struct connection_opened {
  /// The number of this connection, counted from 1 since the service was created.
  std::uint64_t count = 0;
};

/// Any of the events above. An observer that handles only some of them should ignore the others:
/// later releases may add events.
using token_event = std::variant<acquisition_started, acquisition_joined, acquisition_retried,
                                 acquisition_succeeded, acquisition_failed, host_throttled,
                                 refresh_scheduled, refresh_done, key_evicted, connection_opened,
                                 host_failing, host_recovered, claims_not_passed_on>;

/// One line, e.g. "acquisition_retried(https://vault.azure.net for system-assigned, after 1000 ms,
/// service_unavailable: ...)". Never contains a token. Any thread.
MIDAS_EXPORT std::string to_string(const token_event&);

}  // namespace midas
