// What happened in a chaos run, as plain values: the requests of the callers and their answers, the
// HTTP exchanges at the client, and the requests at the host.
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace midas::internal::chaos {

/// The clock of all times except expiry; client and host run in one process.
using time_point = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;

/// Requests with equal keys may share an exchange.
struct request_key {
  /// As named in the request: two names of one identity make two keys.
  std::string identity{};
  std::string resource{};

  friend auto operator<=>(const request_key&, const request_key&) = default;
};

/// The claims of a token. `id` is empty if the token could not be read.
struct token_facts {
  /// `aud`.
  std::string resource{};
  /// `appid`.
  std::string client_id{};
  /// `exp`.
  std::chrono::sys_seconds expires_on{};
  /// `uti`, which is unique.
  std::string id{};
};

struct caller_answer {
  time_point at{};
  wall_time wall{};
  /// Empty: the answer is an error, `code`.
  std::optional<token_facts> token{};
  errc code{};
  /// With errc::deadline_exceeded: the request failed early, because the host's limits would have
  /// delayed it beyond its deadline.
  bool not_admitted = false;
};

struct caller_request {
  std::uint64_t id = 0;
  /// The kind of caller, such as "thread".
  std::string caller{};
  request_key key{};
  /// The client id that the token must have.
  std::string client_id{};
  bool force_refresh = false;
  /// The request has claims, and so takes no cached token.
  bool has_claims = false;
  /// Recorded before the call.
  time_point started{};
  time_point deadline{};
  /// When the caller requested a stop, recorded before it did. Empty if it did not.
  std::optional<time_point> cancelled{};
  /// Recorded when the caller received them. A correct history has one.
  std::vector<caller_answer> answers{};
};

/// An exchange at the client. Its start is recorded before the transport receives it, its end
/// before the completion runs.
struct wire_exchange {
  request_key key{};
  time_point started{};
  /// max() while in flight.
  time_point ended = time_point::max();
  /// 0 if the exchange failed.
  int status = 0;
  /// The host did not answer in time, or the client gave the exchange up.
  bool timed_out = false;
  std::optional<std::chrono::milliseconds> retry_after{};
  /// token_facts::id of the token in the response; empty if there is none.
  std::string token_id{};
};

/// An exchange at the host; see journal_entry.
struct host_request {
  time_point arrived{};
  /// max() while in progress.
  time_point ended = time_point::max();
  std::string resource{};
  int status = 0;
  /// The injected fault; empty if there was none.
  std::string fault{};
};

/// A period without injected faults.
struct quiet_period {
  time_point from{};
  time_point to{};
};

/// The number of keys in a service's memory.
struct key_count {
  time_point at{};
  std::size_t keys = 0;
};

struct history {
  std::vector<caller_request> requests{};
  std::vector<wire_exchange> exchanges{};
  std::vector<host_request> host_requests{};
  std::vector<quiet_period> quiet_periods{};
  /// Requests of an earlier history that were answered after it ended.
  std::vector<std::uint64_t> answered_again{};
  /// When shutdown() was called, recorded before the call. Empty if it was not.
  std::optional<time_point> shut_down{};
  /// When the shutdown had returned, recorded after that.
  std::optional<time_point> shut_down_returned{};
  /// The keys that are requested both with and without claims, whose exchanges may overlap.
  std::set<request_key> keys_with_claims{};
  /// Counted while no caller waited.
  std::vector<key_count> key_counts{};
  /// The start of the history; messages give times relative to it.
  time_point began{};
  /// The end of the history.
  time_point ended{};
};

}  // namespace midas::internal::chaos
