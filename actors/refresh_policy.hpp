// When a token may be handed out, and when a new one should be sought. Pure: time is an argument.
#pragma once

#include <midas/messages/access_token.hpp>

#include <chrono>
#include <optional>

namespace midas {

/// A token is handed out only while it has more than this left, as every MSAL does, so that it
/// outlives the request that it is put on.
constexpr std::chrono::seconds expiry_margin{300};

/// Tokens that live shorter than this have no refresh_on of their own making.
constexpr std::chrono::seconds shortest_life_refreshed_early{7'200};

/// May be handed out.
bool is_usable(const access_token& token, std::chrono::sys_seconds now) noexcept;

/// May be handed out, and no new one should be sought yet.
bool is_fresh(const access_token& token, std::chrono::sys_seconds now) noexcept;

/// When a token granted at `now` should be renewed: what the endpoint said, else half of its life
/// when that is long enough (MSAL's rule), else nothing.
std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept;

}  // namespace midas
