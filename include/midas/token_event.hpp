// What a token service tells its observers that it does.
#pragma once

#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace midas {

/// The host is about to be asked for a token. With `in_background`, nobody waits for it.
struct acquisition_started {
  token_key key{};
  bool in_background = false;
};

/// Another request waits for an acquisition that is under way.
struct acquisition_joined {
  token_key key{};
};

/// An attempt failed, and another is made after `delay`.
struct acquisition_retried {
  token_key key{};
  error failure{};
  std::chrono::nanoseconds delay{};
};

/// The host has granted a token; `answered` requests were waiting for it.
struct acquisition_succeeded {
  token_key key{};
  std::chrono::sys_seconds expires_on{};
  std::chrono::nanoseconds elapsed{};
  std::size_t answered = 0;
};

/// An acquisition has ended without a token; `answered` requests were told so.
struct acquisition_failed {
  token_key key{};
  error failure{};
  std::chrono::nanoseconds elapsed{};
  std::size_t answered = 0;
};

/// The host has said 429: nothing is sent to it for so long.
struct host_throttled {
  std::chrono::nanoseconds pause{};
};

/// The token at hand will be renewed after `delay`.
struct refresh_scheduled {
  token_key key{};
  std::chrono::nanoseconds delay{};
};

/// A renewal in the background has ended: with a newer token, or the one at hand is kept.
struct refresh_done {
  token_key key{};
  bool refreshed = false;
};

/// A token has left memory: nobody asked for it, or there were too many.
struct key_evicted {
  token_key key{};
};

/// A connection to the host was opened, the n-th.
struct connection_opened {
  std::uint64_t count = 0;
};

using token_event = std::variant<acquisition_started, acquisition_joined, acquisition_retried,
                                 acquisition_succeeded, acquisition_failed, host_throttled,
                                 refresh_scheduled, refresh_done, key_evicted, connection_opened>;

/// One line, e.g. "acquisition_retried(https://vault.azure.net for system-assigned, after 1000 ms,
/// service_unavailable: ...)". Holds no token.
std::string to_string(const token_event&);

}  // namespace midas
