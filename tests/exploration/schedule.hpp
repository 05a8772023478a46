// A schedule of the actors of a token service, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::exploration {

/// Steps, in order. A step is a text:
///
///     run NAME            the actor with that name handles one message; "NAME#2" is the second one
///     time MS             all clocks advance, and the messages of timers are delivered
///     ask UNIT MS KIND    a caller asks; UNIT is "a", or "a/c" with claims; KIND is "callback",
///                         "actor" or "thread", with "forced" after it for a forced refresh
///     cancel N            caller N requests a stop
///     answer N WHAT       the host answers exchange N; WHAT is one of answers_of_host()
///     kill, fail          the cache actor dies, without and with its exit handler
///     shutdown            the service shuts down
///
/// As text, steps are separated by "; ".
using schedule = std::vector<std::string>;

[[nodiscard]] std::string to_string(const schedule& steps);
[[nodiscard]] schedule schedule_of(std::string_view text);

/// "ok", "short", "same", "expired", "503", ...
[[nodiscard]] const std::vector<std::string>& answers_of_host();

}  // namespace midas::internal::exploration
