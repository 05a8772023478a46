// What a host answers when a rule or the limit has it. No sockets, no clock.
#pragma once

#include "simulator/faults/fault_rules.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/http/http_exchange.hpp"

#include <chrono>

namespace midas::internal::simulator {

/// Fills an empty response as the action says; where it says nothing, the host answers. `delay` is
/// the host's own when the action replaces its answer.
void answer_with_fault(const fault_action& action, simulated_protocol& host,
                       const request_view& request, std::chrono::system_clock::time_point now,
                       response& out);

/// Fills an empty response as a host does that is asked too often (429), with the text of IMDS.
void answer_throttled(simulated_protocol& host, response& out);

}  // namespace midas::internal::simulator
