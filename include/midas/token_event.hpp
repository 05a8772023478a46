// The events that a token service reports to its observers, for logs and metrics.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>
#include <midas/identity_host.hpp>
#include <midas/token_request.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace midas {

/// How much an event matters. Also the level of a log, which shows the events of that severity and
/// those before it.
enum class event_severity : std::uint8_t {
  /// Something failed.
  error,
  /// Something failed that no token depends on, such as the token store.
  warning,
  /// Normal operation, including what midas repeats by itself.
  info,
  /// Details.
  debug,
};

/// "error", "warning", "info" or "debug"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(event_severity severity) noexcept;

// An event is a plain value: it owns everything that it contains, and may be kept, copied and
// passed to other threads. It contains no token, and no other secret. Durations are never negative.
// The identity of a key is the one that the host is asked for: if a request leaves it to the host
// and a variable such as AZURE_CLIENT_ID names it, that client id.

/// The identity host that the service asks. The log gets this event when the service is created, an
/// observer immediately before its first other event.
struct host_chosen {
  /// The kind of the host.
  identity_host host{};
  /// The URL that requests go to, without a query.
  std::string address{};
  /// The evidence, e.g. the names of the environment variables that were found.
  std::string reason{};
};

/// The service has no host that it can ask: every request fails with `failure`. Takes the place of
/// host_chosen. Only the log gets it, because no other event follows.
struct host_unusable {
  /// Why there is none.
  error failure{};
};

/// An acquisition begins: midas is about to send a request for a token to the host.
/// acquisition_succeeded or acquisition_failed follows, unless the actor ends first, e.g. in a
/// shutdown.
struct acquisition_started {
  /// The token that the event is about.
  token_key key{};
  /// True for a refresh, which no caller waits for.
  bool in_background = false;
};

/// What an acquisition in progress waits for.
enum class wait_reason : std::uint8_t {
  /// A slot: the host's limits do not admit the request yet.
  slot,
  /// The end of a pause: the backoff of the acquisition, or a pause that applies to all requests,
  /// after a 429 or after failures.
  pause,
  /// The host's answer.
  answer,
};

/// "slot", "pause" or "answer"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(wait_reason reason) noexcept;

/// An acquisition is still in progress. Reported when it has taken a second, then after pauses that
/// double from two seconds up to half a minute.
struct acquisition_waiting {
  /// The token that the event is about.
  token_key key{};
  /// Since acquisition_started.
  std::chrono::nanoseconds elapsed{};
  /// The waiters at present; 0 for a refresh that no request has joined.
  std::size_t waiters = 0;
  /// The requests that have joined the acquisition so far, those that have left again included.
  std::size_t joined = 0;
  /// What the acquisition waits for at present.
  wait_reason waits_for = wait_reason::answer;
};

/// An attempt failed and will be retried after a pause, unless all waiters leave during the pause.
struct acquisition_retried {
  /// The token that the event is about.
  token_key key{};
  /// Why the attempt failed.
  error failure{};
  /// The pause before the next attempt.
  std::chrono::nanoseconds delay{};
};

/// The host granted a token.
struct acquisition_succeeded {
  /// The token that the event is about.
  token_key key{};
  /// When the token expires (UTC).
  std::chrono::sys_seconds expires_on{};
  /// Since acquisition_started, retries and pauses included.
  std::chrono::nanoseconds elapsed{};
  /// The number of waiters that get the token; 0 for a refresh that no request has joined.
  std::size_t answered = 0;
  /// The requests that have joined the acquisition, those that have left again included.
  std::size_t joined = 0;
};

/// The host granted a token for a request with claims, of which it learned nothing: its protocol
/// has no parameter for claims. Follows acquisition_succeeded; see
/// access_token::claims_not_passed_on().
struct claims_not_passed_on {
  /// The token that the event is about.
  token_key key{};
};

/// An acquisition ended without a token. A cached token stays in use while it is valid.
struct acquisition_failed {
  /// The token that the event is about.
  token_key key{};
  /// The failure of the last attempt.
  error failure{};
  /// Since acquisition_started, retries and pauses included.
  std::chrono::nanoseconds elapsed{};
  /// The number of callers that get no token: those that get `failure`, and those that failed
  /// earlier during the acquisition, because their deadline passed or left no time for another
  /// attempt. 0 for a refresh that no request has joined, or if all callers have canceled.
  std::size_t answered = 0;
  /// The requests that have joined the acquisition, those that have left again included.
  std::size_t joined = 0;
};

/// An HTTP exchange with the host ended, or was given up because nobody waited for it any more.
struct exchange_finished {
  /// The token that the event is about.
  token_key key{};
  /// Host and port of the URL, e.g. "169.254.169.254".
  std::string host{};
  /// The path of the URL. The query is not shown.
  std::string path{};
  /// The number of the attempt within its acquisition, from 1. An attempt may have several
  /// exchanges.
  unsigned attempt = 1;
  /// The HTTP status; 0 if there was no response.
  int status = 0;
  /// Why there was no response; errc::cancelled if the exchange was given up.
  std::optional<errc> failure{};
  /// From the moment at which the request was handed to the transport.
  std::chrono::nanoseconds elapsed{};
  /// The size of the response body.
  std::size_t bytes = 0;
  /// The host's id for the exchange; may be empty.
  std::string correlation_id{};
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
  /// The token that the event is about.
  token_key key{};
  /// From now until the refresh begins.
  std::chrono::nanoseconds delay{};
};

/// A refresh ended, or an acquisition during which a refresh became due.
struct refresh_done {
  /// The token that the event is about.
  token_key key{};
  /// False if it failed, or if the host returned the same token again. The cached token then stays,
  /// and another refresh is scheduled.
  bool refreshed = false;
};

/// Why a key was removed from memory.
enum class eviction_reason : std::uint8_t {
  /// It had not been requested for token_service_options::idle_key_timeout.
  idle,
  /// Its token was no longer usable.
  expired,
  /// There were more keys than token_service_options::max_keys; it was the least recently
  /// requested.
  too_many_keys,
  /// An administrator of the proxy has removed it.
  forgotten,
};

/// "idle", "expired", "too_many_keys" or "forgotten"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(eviction_reason reason) noexcept;

/// midas removed a key and its token from memory.
struct key_evicted {
  /// The token that the event is about.
  token_key key{};
  /// Why it was removed.
  eviction_reason reason = eviction_reason::idle;
};

/// A connection to the host was opened. Reported when an exchange ends.
struct connection_opened {
  /// The number of this connection, counted from 1 since the service was created.
  std::uint64_t count = 0;
  /// How many connections the service has tried to open so far, this one included. Those that were
  /// refused or timed out have no number of their own.
  std::uint64_t attempts = 0;
};

/// A call of a token_store.
enum class store_operation : std::uint8_t {
  /// token_store::load(), once when the service is created.
  load,
  /// token_store::save(), after tokens were acquired.
  save,
};

/// "load" or "save"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(store_operation operation) noexcept;

/// token_service_options::store failed to load or to save tokens. No request fails because of it.
/// While calls to save keep failing, reported once a minute at most.
struct store_failed {
  /// The call that failed.
  store_operation operation = store_operation::load;
  /// The store's own error, or an errc::store_failed that quotes what it threw.
  error failure{};
  /// How many acquired tokens are not in the store yet. The next token that is acquired is saved
  /// together with them.
  std::size_t unsaved = 0;
};

/// One event of any kind. An observer that handles only some kinds should ignore the others: later
/// releases may add kinds.
using token_event =
    std::variant<host_chosen, host_unusable, acquisition_started, acquisition_waiting,
                 acquisition_retried, acquisition_succeeded, acquisition_failed, exchange_finished,
                 connection_opened, host_throttled, host_failing, host_recovered, refresh_scheduled,
                 refresh_done, key_evicted, claims_not_passed_on, store_failed>;

/// The severity of an event. error: a caller failed, a refresh failed, or the host does not work.
/// warning: the token store does not work. info: what an operator wants to see of a service that
/// works. debug: each exchange, and each beginning that another event ends. docs/logging.md has the
/// table. Any thread.
MIDAS_EXPORT event_severity severity(const token_event&) noexcept;

/// The event as a line of the log: its name, then `key=value` for each member, e.g.
/// `acquisition_retried resource=https://vault.azure.net identity=system-assigned delay="1.5 s"
/// error=service_unavailable status=503 message="..."`. A value that has a space, a quote, an
/// equals sign, a backslash or a character that does not print is quoted and escaped. Never
/// contains a token or a line break. Any thread.
MIDAS_EXPORT std::string to_string(const token_event&);

}  // namespace midas
