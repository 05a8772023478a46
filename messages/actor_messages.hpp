// The messages that midas's actors send each other and themselves, beside requests and answers.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace midas::internal {

/// A request that the cache hands on, with the moment by which it must be answered.
struct acquisition_request {
  token_request request{};
  std::chrono::steady_clock::time_point deadline{};
};

/// What an acquisition is for: those who ask for the same meet.
struct acquisition_key {
  token_key token{};
  std::string claims{};

  friend bool operator==(const acquisition_key&, const acquisition_key&) = default;
};

/// Why the HTTP actor did not send a request: the host's limits admit it only after `wait`, when
/// its deadline has passed.
struct not_admitted {
  std::chrono::nanoseconds wait{};
};

/// Nobody waits for that acquisition. `received` counts the requests its actor has got in its life:
/// when it equals what the cache has sent, none is on its way to it, and it can be ended.
struct idle_report {
  std::shared_ptr<const acquisition_key> key;
  std::size_t received = 0;
};

/// Of those who still wait for that acquisition, the first does so until then.
struct deadline_set {
  std::shared_ptr<const acquisition_key> key;
  std::chrono::steady_clock::time_point at{};
};

/// Asks an acquisition to say so when nobody waits for it.
struct idle_query {};

/// Somebody was handed a token whose renewal is overdue.
struct refresh_overdue {
  token_key key{};
};

/// The table has a new time at which that token must be refreshed.
struct refresh_planned {
  token_key key{};
};

/// The attempt of that number failed, and the time for the next one has come.
struct retry_due {
  std::uint64_t attempt = 0;
};

/// What actors are sent when a moment has come.
struct admission_due {};
struct timer_due {};
struct completions_due {};
struct deadline_due {};
struct refresh_due {};
/// Sent to itself by an actor that has been asked to end, so that it still answers what is in its
/// mailbox by then: CAF would tell those callers no more than that their receiver is down.
struct drain_done {};

std::string to_string(const acquisition_request&);
std::string to_string(const idle_report&);
std::string to_string(const not_admitted&);
std::string to_string(const deadline_set&);
std::string to_string(const refresh_overdue&);
std::string to_string(const refresh_planned&);
std::string to_string(const retry_due&);
inline std::string to_string(const admission_due&) { return "admission_due"; }
inline std::string to_string(const timer_due&) { return "alarm_due"; }
inline std::string to_string(const completions_due&) { return "completions_due"; }
inline std::string to_string(const deadline_due&) { return "deadline_due"; }
inline std::string to_string(const drain_done&) { return "end_due"; }
inline std::string to_string(const refresh_due&) { return "renewal_due"; }
inline std::string to_string(const idle_query&) { return "settled_query"; }

}  // namespace midas::internal
