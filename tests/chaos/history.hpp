// What happened in a chaos run, as plain values: what the callers asked and were told, what went
// over the wire at the client's end, and what the host was asked.
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::chaos {

/// All times but those of expiry are of this clock, one for both sides.
using time_point = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;

/// What requests may share an exchange for.
struct asked_key {
  /// As asked for: two names of one identity are two keys.
  std::string identity{};
  std::string resource{};

  friend auto operator<=>(const asked_key&, const asked_key&) = default;
};

/// What a token says of itself, in its claims; without an id when it is none that can be read.
struct token_facts {
  /// `aud`.
  std::string resource{};
  /// `appid`.
  std::string client_id{};
  /// `exp`.
  std::chrono::sys_seconds expires_on{};
  /// `uti`: no two tokens have the same.
  std::string id{};
};

struct caller_answer {
  time_point at{};
  wall_time wall{};
  /// A token, or else an error.
  std::optional<token_facts> token{};
  errc code{};
  /// With errc::deadline_exceeded: the host's limits would have kept the request beyond its
  /// deadline, which may be said before it.
  bool turn_too_late = false;
};

struct caller_request {
  std::uint64_t id = 0;
  /// Which way it was asked, e.g. "thread".
  std::string caller{};
  asked_key key{};
  /// Of the identity that the token has to be of.
  std::string client_id{};
  bool force_refresh = false;
  /// Noted before the call.
  time_point asked{};
  time_point deadline{};
  /// When the caller asked for a stop; nothing when it did not. Noted before it did.
  std::optional<time_point> cancelled{};
  /// Noted when the answer was in the caller's hands. One, if all is well.
  std::vector<caller_answer> answers{};
};

/// An exchange at the client's end: noted before it is handed to the transport, and before its end
/// is told to whoever began it.
struct wire_exchange {
  asked_key key{};
  time_point started{};
  /// max() while it is under way.
  time_point ended = time_point::max();
  /// 0 when no answer came.
  int status = 0;
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// The same at the host's end, see journal_entry.
struct host_request {
  time_point arrived{};
  /// max() while the host is at it.
  time_point ended = time_point::max();
  std::string resource{};
  int status = 0;
  /// The fault that was played; empty when there was none.
  std::string fault{};
};

/// No fault was played between `from` and `to`.
struct calm_period {
  time_point from{};
  time_point to{};
};

struct history {
  std::vector<caller_request> requests{};
  std::vector<wire_exchange> exchanges{};
  std::vector<host_request> host_requests{};
  std::vector<calm_period> calms{};
  /// Requests of an earlier history that were answered once more after it had ended.
  std::vector<std::uint64_t> answered_again{};
  /// When the service was told to shut down; nothing when it was not. Noted before.
  std::optional<time_point> shut_down{};
  /// What times are told against.
  time_point began{};
  /// Until when answers were noted.
  time_point ended{};
};

}  // namespace midas::internal::chaos
