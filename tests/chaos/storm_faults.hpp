// The faults of a storm, as a rules file of the simulator.
#pragma once

#include "tests/chaos/random_source.hpp"

#include <chrono>
#include <string>

namespace midas::internal::chaos {

/// A few rules, each with a kind of fault, a part of the storm, and requests that it is for. Pure.
[[nodiscard]] std::string storm_rules(random_source& chance, std::chrono::milliseconds storm);

}  // namespace midas::internal::chaos
