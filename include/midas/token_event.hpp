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

/// An acquisition begins: the host will be asked for a token. `in_background` is true for a refresh
/// that no caller waits for.
struct acquisition_started {
  token_key key{};
  bool in_background = false;
};

/// A request joined an acquisition in flight.
struct acquisition_joined {
  token_key key{};
};

/// An attempt failed with `failure`; the next one follows after `delay`.
struct acquisition_retried {
  token_key key{};
  error failure{};
  std::chrono::nanoseconds delay{};
};

/// The host granted a token, `elapsed` after the acquisition began. `answered` is the number of
/// requests that were waiting for it.
struct acquisition_succeeded {
  token_key key{};
  std::chrono::sys_seconds expires_on{};
  std::chrono::nanoseconds elapsed{};
  std::size_t answered = 0;
};

/// An acquisition ended without a token, `elapsed` after it began. `answered` is the number of
/// waiting requests that got `failure`.
struct acquisition_failed {
  token_key key{};
  error failure{};
  std::chrono::nanoseconds elapsed{};
  std::size_t answered = 0;
};

/// The host answered 429; midas sends it no request during `pause`.
struct host_throttled {
  std::chrono::nanoseconds pause{};
};

/// The cached token will be refreshed after `delay`.
struct refresh_scheduled {
  token_key key{};
  std::chrono::nanoseconds delay{};
};

/// A background refresh ended. `refreshed` is false if it failed; the cached token then remains.
struct refresh_done {
  token_key key{};
  bool refreshed = false;
};

/// A key left memory: it had not been requested for idle_key_timeout, or there were more than
/// max_keys (both in token_service_options).
struct key_evicted {
  token_key key{};
};

/// A connection to the host was opened. `count` is the number opened so far.
struct connection_opened {
  std::uint64_t count = 0;
};

/// Any of the events above.
using token_event = std::variant<acquisition_started, acquisition_joined, acquisition_retried,
                                 acquisition_succeeded, acquisition_failed, host_throttled,
                                 refresh_scheduled, refresh_done, key_evicted, connection_opened>;

/// One line, e.g. "acquisition_retried(https://vault.azure.net for system-assigned, after 1000 ms,
/// service_unavailable: ...)". Never contains a token.
MIDAS_EXPORT std::string to_string(const token_event&);

}  // namespace midas
