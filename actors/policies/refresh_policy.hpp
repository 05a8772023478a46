// How long a token may be handed out, and when a new one is sought. Pure: time and chance are
// arguments.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/token_validity.hpp"
#include <midas/access_token.hpp>

#include <chrono>
#include <optional>

namespace midas::internal {

/// A token is handed out only while it has more than this left, as every MSAL does, so that it
/// outlives the request that it is put on; one that lives less than twice as long, for the first
/// half of its life.
constexpr std::chrono::seconds expiry_margin{300};

/// Tokens that live shorter than this have no refresh_on of their own making.
constexpr std::chrono::seconds min_life_for_early_refresh{7'200};

/// When a token granted at `now` should be renewed: what the endpoint said, else half of its life
/// when that is long enough (MSAL's rule), else nothing.
std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept;

/// Of a token granted at `now`. It is renewed from its refresh_on, if it has one, and in any case
/// soon enough before it may be handed out no more; a part of that time, `spread` of it between 0
/// and 1, is left to chance, so that a fleet does not ask in step.
token_validity validity_of(const token_grant& grant, const clock_reading& now,
                           double jitter) noexcept;

/// After how long a renewal that failed, or brought no newer token, is tried again: half a minute
/// doubled each time up to an hour, or as long as the host asked for if that is longer, but never
/// so long that what is left of the token passes unused: `left` is how long it may still be handed
/// out. `failed_refreshes` counts from 1.
std::chrono::nanoseconds next_refresh_after(unsigned failed_refreshes,
                                            std::chrono::nanoseconds left,
                                            std::optional<std::chrono::milliseconds> retry_after,
                                            double jitter) noexcept;

}  // namespace midas::internal
