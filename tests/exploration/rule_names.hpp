// The names of the rules, and what their checks share.
#pragma once

#include "tests/exploration/actor_rules.hpp"

#include <string>
#include <string_view>

namespace midas::internal::exploration {

// Each rule is named where it is checked.
namespace rule {
inline constexpr std::string_view one_answer = "one answer";
inline constexpr std::string_view in_time = "in time";
inline constexpr std::string_view from_the_call = "deadlines count from the call";
inline constexpr std::string_view not_early = "no early deadline_exceeded";
inline constexpr std::string_view patience = "no failure while another attempt is possible";
inline constexpr std::string_view right_token = "the token of the key";
inline constexpr std::string_view one_in_flight = "one exchange in flight";
inline constexpr std::string_view limits = "the host's limits";
inline constexpr std::string_view rate_across_deaths = "the host's limits, across deaths";
inline constexpr std::string_view wanted = "no attempt without a waiter";
inline constexpr std::string_view given_up = "an exchange without a waiter ends";
inline constexpr std::string_view turn = "the nearest deadline first";
inline constexpr std::string_view pace = "a pause after a failure";
inline constexpr std::string_view refused = "a refusal is remembered";
inline constexpr std::string_view claims_once = "the same claims once a minute";
inline constexpr std::string_view newest = "no older token after a newer";
inline constexpr std::string_view kept = "a usable token is kept";
inline constexpr std::string_view served = "no wait beside a usable token";
inline constexpr std::string_view gate = "nothing after the gate";
inline constexpr std::string_view end = "nothing left at the end";
}  // namespace rule

/// For this long, an attempt goes on for callers who may ask again.
inline constexpr milliseconds given_up_after{1'000};

/// A request that waits for its turn is refused so long before its deadline.
inline constexpr milliseconds refused_before{20};

/// A caller that has no more time than this after a pause is answered before it.
inline constexpr milliseconds min_time_left{100};

inline std::string in_ms(milliseconds at) { return std::to_string(at.count()) + " ms"; }

}  // namespace midas::internal::exploration
