// Random faults, as a rules file of the simulator.
#pragma once

#include "tests/chaos/random_source.hpp"

#include <chrono>
#include <string>

namespace midas::internal::chaos {

/// Returns a few rules. Each injects one kind of fault during a part of `length`, into all requests
/// or into some. Pure.
[[nodiscard]] std::string random_fault_rules(random_source& random,
                                             std::chrono::milliseconds length);

}  // namespace midas::internal::chaos
