// Schedules that explore what the actors of a token service do: random ones, and all of a small
// case.
#pragma once

#include "tests/exploration/explored_actors.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace midas::internal::exploration {

/// Small, so that requests wait for their turn.
inline constexpr host_limits walk_limits{.max_in_flight = 2, .max_per_second = 3};

/// A schedule that violates a rule, and the violation.
struct found_violation {
  schedule steps{};
  violation what{};
};

/// Text that says how to replay it.
[[nodiscard]] std::string to_string(const found_violation& found);

/// Performs the schedule and finish(). Returns the first violation.
[[nodiscard]] std::optional<found_violation> replay(const schedule& steps,
                                                    const std::set<std::string_view>& ignored = {});

/// A random schedule, determined by the seed.
[[nodiscard]] std::optional<found_violation> walk(std::uint64_t seed,
                                                  const std::set<std::string_view>& ignored = {});

/// The steps of that walk.
[[nodiscard]] schedule steps_of_walk(std::uint64_t seed);

/// Leaves out steps as long as `violates`, which replays a schedule, finds the same rule violated.
[[nodiscard]] found_violation shortened(
    found_violation found,
    const std::function<std::optional<found_violation>(const schedule&)>& violates);

/// The same with replay().
[[nodiscard]] inline found_violation shortened(found_violation found,
                                               const std::set<std::string_view>& ignored = {}) {
  return shortened(std::move(found),
                   [&ignored](const schedule& steps) { return replay(steps, ignored); });
}

struct exhausted {
  std::optional<found_violation> found{};
  std::size_t schedules = 0;
  /// All schedules were tried.
  bool complete = false;
};

/// Makes the steps of `outside` in their order, in each possible way to run actors between them, up
/// to `max` schedules.
[[nodiscard]] exhausted explore_all(const schedule& outside, std::size_t max,
                                    const std::set<std::string_view>& ignored = {});

}  // namespace midas::internal::exploration
