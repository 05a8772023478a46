// Reads the actions of a rules file. Only simulator/faults/ may include this header, since it
// includes RapidJSON.
#pragma once

#include "simulator/faults/fault_rules.hpp"
#include "simulator/faults/rule_value.hpp"

namespace midas::internal::simulator {

/// Throws std::invalid_argument if a member is unknown or invalid, or if two members contradict
/// each other.
[[nodiscard]] fault_action read_fault_action(const rule_value& value);

}  // namespace midas::internal::simulator
