// How an HTTP request of an acquisition ended.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/http_message.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <optional>
#include <variant>

namespace midas::internal {

/// The host granted a token.
struct token_granted {
  token_grant grant{};
  /// The token differs from the one that is held.
  bool is_new = true;
  clock_reading at{};
};

/// The host answered with a challenge, to which `reply` is the next request.
struct challenged {
  http_request reply{};
};

/// The request could not be encoded or sent, or the host answered it with an error.
struct attempt_failed {
  error failure{};
  /// The host would refuse the same request again.
  bool is_refusal = false;
  /// The request could not be encoded: the host was not asked.
  bool is_local = false;
};

/// The request was not sent: the host's limits admit it only after `wait`, which is after the
/// earliest deadline of its waiters.
struct attempt_not_admitted {
  error failure{};
  std::chrono::nanoseconds wait{};
};

using attempt_result =
    std::variant<token_granted, challenged, attempt_failed, attempt_not_admitted>;

/// True if the host answered with something that is not a usable token.
inline bool is_unusable(const attempt_result& result) noexcept {
  const auto* failed = std::get_if<attempt_failed>(&result);
  return failed != nullptr && failed->failure.code == errc::invalid_response;
}

/// The failure, if the host caused it.
inline std::optional<error> failure_of_host(const attempt_result& result) {
  const auto* failed = std::get_if<attempt_failed>(&result);
  return failed != nullptr && !failed->is_local ? std::optional{failed->failure} : std::nullopt;
}

/// True if the attempt has ended without a token.
inline bool has_failed(const attempt_result& result) noexcept {
  return std::holds_alternative<attempt_failed>(result) ||
         std::holds_alternative<attempt_not_admitted>(result);
}

}  // namespace midas::internal
