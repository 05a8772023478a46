// Which tokens of a store may be handed out. Pure: the time is an argument.
#pragma once

#include "actors/policies/refresh_policy.hpp"
#include <midas/token_store.hpp>

#include <optional>

namespace midas::internal {

/// The validity of a token that a store has kept, by the rules for a token that is acquired: the
/// time since `cached_at` is subtracted from its lifetime, on both clocks. Empty if the token may
/// not be handed out at `now`, or if it claims to have been acquired after `now`.
std::optional<token_validity> validity_of(const stored_token& stored, const clock_reading& now,
                                          double jitter) noexcept;

/// A stored token that may be handed out.
struct usable_stored_token {
  const stored_token* stored = nullptr;
  token_validity validity{};
};

/// Of two tokens for one key, whether the first one is handed out: the one that was acquired last,
/// since what the identity may do can have changed; of two that were acquired in the same second,
/// the one that may be handed out longer. False if neither is better.
bool takes_precedence(const usable_stored_token& one, const usable_stored_token& other) noexcept;

}  // namespace midas::internal
