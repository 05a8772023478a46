// How long a token may be handed out, and when it is refreshed. Pure: time and jitter are
// arguments.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/token_validity.hpp"
#include <midas/access_token.hpp>

#include <chrono>
#include <optional>

namespace midas::internal {

/// A token is handed out only while it has more than this left, as in every MSAL, so that it
/// outlives the request that carries it. A token with less than twice this lifetime is handed out
/// for the first half of its lifetime.
constexpr std::chrono::seconds expiry_margin{300};

/// No refresh_on is derived for tokens with a shorter lifetime.
constexpr std::chrono::seconds min_life_for_early_refresh{7'200};

/// When a token granted at `now` should be refreshed: the host's refresh_on; otherwise after half
/// of its lifetime, if that is long enough (MSAL's rule); otherwise none. At the latest after 24 h.
std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept;

/// The validity of a token granted at `now`. It is refreshed at its refresh_on, if it has one, and
/// in any case in time for a few attempts before it is no longer handed out; but not within a
/// second, so that a token that may be handed out for less is not refreshed. `jitter`,
/// between 0 and 1, is the fraction of the allowed jitter that is added, so that the machines of a
/// fleet do not refresh at the same time.
token_validity validity_of(const token_grant& grant, const clock_reading& now,
                           double jitter) noexcept;

/// The delay before the next refresh, after `failed_refreshes` (at least 1) in a row have failed or
/// returned the same token: half a minute, doubled each time up to an hour, or the host's
/// `retry_after` if that is longer; but at most half of `left`, the time for which the token may
/// still be handed out, and at least a second.
std::chrono::nanoseconds next_refresh_after(unsigned failed_refreshes,
                                            std::chrono::nanoseconds left,
                                            std::optional<std::chrono::milliseconds> retry_after,
                                            double jitter) noexcept;

}  // namespace midas::internal
