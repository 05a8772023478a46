// Which tokens of a store may be handed out. Pure: the time is an argument.
#pragma once

#include "actors/policies/refresh_policy.hpp"
#include <midas/token_store.hpp>

#include <optional>

namespace midas::internal {

/// The validity of a token that a store has kept, by the rules for a token that is acquired: what
/// has passed since `cached_at` is gone from its lifetime, on both clocks. Empty if the token may
/// not be handed out at `now`, or if it claims to have been acquired after `now`.
std::optional<token_validity> validity_of(const stored_token& stored, const clock_reading& now,
                                          double jitter) noexcept;

}  // namespace midas::internal
