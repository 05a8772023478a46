// Schedules, random walks and the search of small cases.
#include "tests/exploration/walks.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

using namespace midas::internal::exploration;

TEST_CASE("a schedule is text, and text is a schedule") {
  const schedule steps{"ask a 1000 callback", "run cache", "time 1000"};
  CHECK(schedule_of(to_string(steps)) == steps);
  CHECK(schedule_of("").empty());
}

TEST_CASE("a walk is determined by its seed") {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    CHECK(steps_of_walk(seed) == steps_of_walk(seed));
    CHECK(steps_of_walk(seed) != steps_of_walk(seed + 1));
  }
}

TEST_CASE("a schedule is shortened to the steps that violate the same rule") {
  const auto violates = [](const schedule& steps) -> std::optional<found_violation> {
    const auto first = std::ranges::find(steps, "time 1");
    if (std::find(first, steps.end(), "kill") == steps.end()) {
      return std::nullopt;
    }
    return found_violation{steps, {"a rule", "a text"}};
  };
  const auto shorter = shortened(
      *violates({"kill", "shutdown", "time 1", "run cache", "time 2", "kill", "time 1"}), violates);
  CHECK(shorter.steps == schedule{"time 1", "kill"});
}

TEST_CASE("all ways to run actors between the steps of a small case are tried") {
  const auto result = explore_all(schedule_of("ask a 1000 callback; time 1"), 1'000, {});
  CHECK(result.complete);
  CHECK_FALSE(result.found);
  CHECK(result.schedules > 1);
}
