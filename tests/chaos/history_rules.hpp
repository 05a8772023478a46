// The rules that the history checker applies. Pure.
#pragma once

#include "tests/chaos/history.hpp"
#include "tests/chaos/history_checker.hpp"

#include <string>
#include <vector>

namespace midas::internal::chaos {

using violations = std::vector<std::string>;

/// Each request is answered once, in time, with a token or with a plausible error.
void check_answers(const history& observed, const history_bounds& bounds, violations& found);

/// No token is expired when a caller receives it, and each has the resource and the identity of the
/// request.
void check_tokens(const history& observed, const history_bounds& bounds, violations& found);

/// No request fails or waits while a token for its key is cached.
void check_cached_tokens(const history& observed, const history_bounds& bounds, violations& found);

/// Requests get tokens again some time after the faults ended.
void check_recovery(const history& observed, const history_bounds& bounds, violations& found);

/// At the client: one exchange at a time for each key, never more than the limits of the host, and
/// none during the pause after a 429.
void check_exchanges(const history& observed, const history_bounds& bounds, violations& found);

/// The same rules at the host, except for the pause and as far as the host can observe them.
void check_host_requests(const history& observed, const history_bounds& bounds, violations& found);

using named_violations = std::vector<named_violation>;

/// Rule "pace": a key whose exchange failed transiently is asked again only after a pause. Rule
/// "outage": while every exchange fails, few begin, over all keys.
void check_pace(const history& observed, const history_bounds& bounds, named_violations& found);

/// Rule "share": no request waits for its turn for long at a host without faults.
void check_share(const history& observed, const history_bounds& bounds, named_violations& found);

/// Rule "shutdown": no callback is called after the shutdown has returned.
void check_shutdown(const history& observed, const history_bounds& bounds, named_violations& found);

/// Rule "newest": once a caller has a token that it requested by a forced refresh or with claims,
/// no later request gets an older one.
void check_newest(const history& observed, const history_bounds& bounds, named_violations& found);

/// Rule "keys": no more keys stay in memory than the options allow.
void check_keys(const history& observed, const history_bounds& bounds, named_violations& found);

/// "1234.567 ms", relative to the start of the history.
[[nodiscard]] std::string since_start(const history& observed, time_point at);
[[nodiscard]] std::string in_milliseconds(std::chrono::nanoseconds duration);
/// "request 7 (actor, https://vault.azure.net for system-assigned, started at 12.000 ms,
/// timeout 500.000 ms)".
[[nodiscard]] std::string describe(const history& observed, const caller_request& request);
[[nodiscard]] std::string describe(const request_key& key);

}  // namespace midas::internal::chaos
