// The messages that midas's actors send each other and themselves, apart from requests and answers.
#pragma once

#include "messages/http_message.hpp"
#include "messages/token_key_view.hpp"
#include <midas/error.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace midas::internal {

/// A request, and the time by which it must be answered, on the clock of the actors.
struct acquisition_request {
  token_request request{};
  std::chrono::steady_clock::time_point deadline{};
  /// The request has waited for the token store, and must not wait for it again.
  bool has_waited = false;
};

/// The key of an acquisition actor. Requests with equal keys are coalesced.
struct acquisition_key {
  token_key token{};
  std::string claims{};

  friend bool operator==(const acquisition_key&, const acquisition_key&) = default;
};

/// Valid as long as what it refers to.
struct acquisition_key_view {
  token_key_view token;
  std::string_view claims;
};

inline acquisition_key_view view_of(const acquisition_key& key) noexcept {
  return {view_of(key.token), key.claims};
}

/// For unordered containers that are searched by a key or by its view.
struct acquisition_key_hash {
  using is_transparent = void;

  std::size_t operator()(const acquisition_key_view& key) const noexcept {
    return token_key_view_hash{}(key.token) ^ std::hash<std::string_view>{}(key.claims);
  }
  std::size_t operator()(const acquisition_key& key) const noexcept {
    return (*this)(view_of(key));
  }
};

struct acquisition_key_equal {
  using is_transparent = void;

  bool operator()(const acquisition_key& left, const acquisition_key& right) const noexcept {
    return left == right;
  }
  bool operator()(const acquisition_key_view& left, const acquisition_key& right) const noexcept {
    return token_key_view_equal{}(left.token, right.token) && left.claims == right.claims;
  }
};

/// Why the HTTP actor did not send a request: the host admits it after `wait` at the earliest, when
/// its deadline has passed. For a later deadline, the request may be repeated.
struct not_admitted {
  std::chrono::nanoseconds wait{};
  /// The error for the callers. Its code is errc::host_busy, or that of the host's last failure if
  /// midas pauses after it. Its retry_after, if it is set, is when a slot is expected.
  error reason{};
};

/// That request has no waiters any more.
struct withdraw_request {
  std::uint64_t ticket = 0;
};

/// A caller with an earlier deadline waits for that request, or the first one for a refresh.
struct hasten_request {
  std::uint64_t ticket = 0;
  std::chrono::steady_clock::time_point deadline{};
};

/// Asks what that request waits for.
struct wait_query {
  std::uint64_t ticket = 0;
};

/// What the request waits for.
struct wait_answer {
  wait_reason reason = wait_reason::answer;
};

/// A response with status 200 contained no usable token.
struct unusable_answer {};

/// Asks an acquisition actor for an idle_report. `has_to_go`: there are too many actors, so that
/// this one is idle even if it remembers a refusal.
struct idle_query {
  bool has_to_go = false;
};

/// The acquisition actor of that key is idle. `received` is the number of requests that it has
/// received since it was spawned; see acquisition_pool.
struct idle_report {
  std::shared_ptr<const acquisition_key> key;
  std::size_t received = 0;
};

/// The earliest deadline of the requests that are still waiting for that acquisition.
struct deadline_set {
  std::shared_ptr<const acquisition_key> key;
  std::chrono::steady_clock::time_point at{};
};

/// A caller was handed a token whose refresh is overdue.
struct refresh_overdue {
  token_key key{};
};

struct published_slot;

/// The slot of a published token has a new time at which the token must be refreshed.
struct refresh_planned {
  std::shared_ptr<published_slot> slot;
};

/// A timer of the phase that an acquisition is in has fired.
struct phase_timer_due {
  std::uint64_t timer = 0;
};

/// It may be time to report that an acquisition is still in progress.
struct wait_report_due {
  std::uint64_t timer = 0;
};

/// The pause before an actor is started again is over.
struct restart_due {};

/// A caller of that acquisition was canceled.
struct caller_canceled {
  acquisition_key key{};
};

/// A request with claims has published a token, which also answers requests for that key without
/// claims.
struct token_published {
  token_key key{};
};

/// The deadline of a waiter has passed, a waiter was canceled, or another acquisition has published
/// a token.
struct deadline_due {};

/// The token must be refreshed.
struct refresh_due {};

/// The token store has been loaded, and its tokens are published; or it failed.
struct load_ended {};

/// A request has waited long enough for the token store.
struct load_wait_over {};

/// A timer of the cache actor has fired.
struct timer_due {};

/// The host's limits may admit another request.
struct admission_due {};

/// The transport has finished exchanges.
struct completions_due {};

/// An actor that was asked to end sends this to itself, so that it still answers the requests in
/// its mailbox. Otherwise CAF would answer them, only with the fact that the actor has ended.
struct drain_done {};

std::string to_string(const acquisition_key&);
std::string to_string(const acquisition_request&);
std::string to_string(const not_admitted&);
std::string to_string(const withdraw_request&);
std::string to_string(const hasten_request&);
std::string to_string(const wait_query&);
std::string to_string(const wait_answer&);
std::string to_string(const wait_report_due&);
inline std::string to_string(const unusable_answer&) { return "unusable_answer"; }
std::string to_string(const idle_report&);
std::string to_string(const deadline_set&);
std::string to_string(const refresh_overdue&);
std::string to_string(const phase_timer_due&);
std::string to_string(const caller_canceled&);
std::string to_string(const token_published&);
inline std::string to_string(const restart_due&) { return "restart_due"; }
inline std::string to_string(const refresh_planned&) { return "refresh_planned"; }
inline std::string to_string(const idle_query&) { return "idle_query"; }
inline std::string to_string(const deadline_due&) { return "deadline_due"; }
inline std::string to_string(const refresh_due&) { return "refresh_due"; }
inline std::string to_string(const timer_due&) { return "timer_due"; }
inline std::string to_string(const admission_due&) { return "admission_due"; }
inline std::string to_string(const completions_due&) { return "completions_due"; }
inline std::string to_string(const load_ended&) { return "load_ended"; }
inline std::string to_string(const load_wait_over&) { return "load_wait_over"; }
inline std::string to_string(const drain_done&) { return "drain_done"; }

}  // namespace midas::internal
