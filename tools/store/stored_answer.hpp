// Which token of a store answers a request. Pure, but for store_question_of().
#pragma once

#include "messages/clock_reading.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>
#include <midas/token_store.hpp>

#include <optional>
#include <span>
#include <string>

namespace midas::internal::tools {

/// What a stored token must match to answer a request.
struct store_question {
  /// The identity that the host would choose, as it is written in the request, an option or a
  /// variable.
  managed_identity identity{};
  token_key key{};
  /// host_protocol::address of the host that would be asked.
  std::string endpoint{};
};

/// The question of a request to a service with these options. Fails as the service would, if the
/// request or the configuration is unusable.
expected<store_question> store_question_of(const token_request& request,
                                           const token_service_options& options);

struct stored_answer {
  stored_token stored{};
  /// The token may be handed out until then.
  clock_reading end{};
  /// The token should be replaced by now.
  bool is_refresh_due = false;
};

/// Of the tokens that may be handed out at `now`, were granted by the endpoint or by an unknown
/// one, and have the key, the one that takes_precedence(), as in a service with the same store.
std::optional<stored_answer> find_answer(std::span<const stored_token> tokens,
                                         const store_question& question, const clock_reading& now);

/// The token as a caller gets it.
access_token cached_token(const stored_answer& answer, const store_question& question);

/// What to store of a token that was acquired at `now`.
stored_token make_stored(const access_token& token, const store_question& question,
                         std::chrono::sys_seconds now);

/// The same token, with a refresh_on after a failed refresh, so that the processes that follow
/// leave the host alone for a while, but for at least `retry_after`.
stored_token postponed(const stored_answer& answer, const clock_reading& now,
                       std::optional<std::chrono::milliseconds> retry_after);

}  // namespace midas::internal::tools
