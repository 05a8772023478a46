// What the state machine of an acquisition tells its actor to do.
#pragma once

#include "messages/http_message.hpp"
#include "messages/token_validity.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace midas::internal {

/// Report that an acquisition has started: in the background if it has no waiters.
struct report_start {
  bool in_background = false;
};

/// Encode the request of the acquisition and send its first HTTP request.
struct start_attempt {};

/// Send this HTTP request, which is not the first of its attempt.
struct send_request {
  http_request request{};
};

/// Answer the waiters whose deadline is not after `deadline` with `failure`.
struct answer_waiters {
  std::chrono::steady_clock::time_point deadline{};
  error failure{};
};

/// Withdraw the HTTP request in flight, which still ends with a result.
struct withdraw_attempt {};

/// Return the result of an attempt that was withdrawn. No HTTP request is in flight.
struct end_attempt {};

/// Return the event on_timer(timer) at `at`.
struct set_timer {
  std::chrono::steady_clock::time_point at{};
  std::uint64_t timer = 0;
};

/// Return the event on_timer(timer) at `at`. The previous attempt failed with `failure`.
struct pause_until {
  std::chrono::steady_clock::time_point at{};
  std::uint64_t timer = 0;
  error failure{};
};

/// Publish the token if it is usable, then answer all waiters with it.
struct publish_token {
  token_grant grant{};
  token_validity validity{};
  /// The token differs from the one that was held.
  bool is_new = true;
  /// The acquisition was a refresh, or one became due meanwhile.
  bool refreshing = false;
  std::chrono::steady_clock::time_point started_at{};
  /// When the token was granted.
  clock_reading at{};
  /// As the caller wrote it.
  managed_identity identity{};
};

/// Answer all waiters with `failure`. The published token stays.
struct report_failure {
  error failure{};
  std::chrono::steady_clock::time_point started_at{};
  /// Set for a refresh: the delay before the next one.
  std::optional<std::chrono::nanoseconds> next_refresh{};
};

using acquisition_action =
    std::variant<report_start, start_attempt, send_request, withdraw_attempt, end_attempt,
                 answer_waiters, set_timer, pause_until, publish_token, report_failure>;

/// To be performed in this order.
using acquisition_actions = std::vector<acquisition_action>;

}  // namespace midas::internal
