// What the callers and the host of an exploration of decisions may do.
#pragma once

#include "tests/exploration/actor_rules.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::exploration {

struct decision_caller {
  std::string key{};
  milliseconds timeout{};
  bool may_cancel = false;
  bool forced = false;
};

struct decision_case {
  /// Each of them asks at most once.
  std::vector<decision_caller> callers{};
  /// Of answers_of_host(); the first one is a token.
  std::vector<std::string> answers{};
  host_limits limits{.max_in_flight = 1, .max_per_second = 2};
};

}  // namespace midas::internal::exploration
