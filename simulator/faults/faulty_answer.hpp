// Answers under a fault rule or beyond a limit. No sockets, no clock.
#pragma once

#include "simulator/faults/fault_rules.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/http/http_exchange.hpp"

#include <chrono>

namespace midas::internal::simulator {

/// Fills an empty response: the host's own answer, modified or replaced by the action. If it is
/// replaced, `delay` stays 0.
void answer_with_fault(const fault_action& action, simulated_protocol& host,
                       const request_view& request, std::chrono::system_clock::time_point now,
                       response& out);

/// Fills an empty response with a 429 that has the text of IMDS and "Retry-After: 1".
void answer_throttled(simulated_protocol& host, response& out);

}  // namespace midas::internal::simulator
