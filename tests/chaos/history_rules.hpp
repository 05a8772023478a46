// The rules that the history checker applies. Pure.
#pragma once

#include "tests/chaos/history.hpp"
#include "tests/chaos/history_checker.hpp"

#include <string>
#include <vector>

namespace midas::internal::chaos {

using violations = std::vector<std::string>;

/// Each request is answered once, by when it is due, and with something that can be the truth.
void check_answers(const history& what, const history_bounds& bounds, violations& found);

/// No token is expired when it is handed out, and none is another key's.
void check_tokens(const history& what, const history_bounds& bounds, violations& found);

/// Nobody is refused, or kept waiting, while a token is at hand.
void check_tokens_at_hand(const history& what, const history_bounds& bounds, violations& found);

/// Once the faults have been over for long enough, requests get tokens.
void check_recovery(const history& what, const history_bounds& bounds, violations& found);

/// At the client's end: one exchange at a time for each key, never more than the limits, and none
/// while the host wants to be left alone.
void check_exchanges(const history& what, const history_bounds& bounds, violations& found);

/// The same, as far as it can be told, at the host's end.
void check_host_requests(const history& what, const history_bounds& bounds, violations& found);

/// "1234.567 ms": since the history began.
[[nodiscard]] std::string since_begin(const history& what, time_point at);
[[nodiscard]] std::string in_milliseconds(std::chrono::nanoseconds duration);
/// "request 7 (actor, https://vault.azure.net for system-assigned, asked at 12.000 ms)".
[[nodiscard]] std::string name_of(const history& what, const caller_request& request);
[[nodiscard]] std::string name_of(const asked_key& key);

}  // namespace midas::internal::chaos
