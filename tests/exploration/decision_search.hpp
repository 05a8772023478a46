// All schedules of the decisions of midas, up to a number of steps.
#pragma once

#include "tests/exploration/explored_decisions.hpp"
#include "tests/exploration/walks.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace midas::internal::exploration {

struct searched {
  std::optional<found_violation> found{};
  /// The different states.
  std::size_t states = 0;
  /// False if `patience` ended the search.
  bool complete = true;
};

/// Makes every schedule of at most `depth` steps, depth first, each from a copy of the state that
/// it begins in; a state that was reached before, with as many steps left, is not searched again.
/// finish() ends each schedule. Returns the first violation.
[[nodiscard]] searched search(const decision_case& given, std::size_t depth,
                              std::chrono::milliseconds patience = std::chrono::hours{24});

/// Performs the schedule and finish(). Returns the first violation.
[[nodiscard]] std::optional<found_violation> replay(const decision_case& given,
                                                    const schedule& steps);

}  // namespace midas::internal::exploration
