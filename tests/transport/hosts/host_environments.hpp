// Environments for tests of detection.
#pragma once

#include "transport/hosts/host_environment.hpp"

#include <utility>

namespace midas::internal::test {

using variables = decltype(host_environment::variables);

inline host_environment with(variables set) { return {.variables = std::move(set)}; }

inline host_environment with_agent(variables set = {}) {
  return {.variables = std::move(set), .arc_agent_installed = true};
}

}  // namespace midas::internal::test
