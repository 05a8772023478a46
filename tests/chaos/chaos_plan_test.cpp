// The plan of a chaos run depends only on its seed, and the simulator accepts its rules.
#include "tests/chaos/chaos_plan.hpp"

#include "simulator/faults/fault_rules.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/random_source.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace std::chrono_literals;
using namespace midas::internal::chaos;

TEST_CASE("the same seed makes the same plan") {
  const auto number = GENERATE(0U, 1U, 99U);
  CHECK(plan_cycle(42, number) == plan_cycle(42, number));
}

TEST_CASE("different seeds and cycles make different plans") {
  CHECK_FALSE(plan_cycle(42, 0) == plan_cycle(43, 0));
  CHECK_FALSE(plan_cycle(42, 0) == plan_cycle(42, 1));
  // Cycle 1 of a seed is not cycle 0 of the next.
  CHECK_FALSE(plan_cycle(42, 1) == plan_cycle(43, 0));
}

TEST_CASE("a seed makes the same plan on every machine") {
  random_source random{1};
  CHECK(random.next() == 0x910a2dec89025cc1U);
  CHECK(random.next() == 0xbeeb8da1658eec67U);
}

TEST_CASE("a plan has chronological calls of every kind for every key within its cycle") {
  const auto cycle = plan_cycle(GENERATE(range(1U, 20U)), 3);
  CHECK(std::ranges::is_sorted(cycle.calls, {}, &planned_call::at));
  std::set<std::size_t> keys;
  std::set<caller_kind> kinds;
  for (const auto& call : cycle.calls) {
    REQUIRE(call.at >= 0ms);
    REQUIRE(call.at <= cycle.fault_phase + cycle.quiet_phase);
    REQUIRE(call.timeout >= min_timeout);
    REQUIRE(call.timeout <= max_timeout);
    REQUIRE(call.cancelled_after.value_or(0ms) <= call.timeout);
    keys.insert(call.key);
    kinds.insert(call.kind);
  }
  CHECK(kinds.size() == caller_kinds);
  CHECK(keys.size() == chaos_keys().size());
  CHECK(*keys.rbegin() == chaos_keys().size() - 1);
  CHECK(std::ranges::any_of(cycle.calls, &planned_call::force_refresh));
  CHECK(std::ranges::any_of(cycle.calls,
                            [](const auto& call) { return call.cancelled_after.has_value(); }));
}

TEST_CASE("the simulator accepts every fault phase, and all kinds of faults occur") {
  std::set<std::string> actions;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    for (const auto& rule :
         midas::internal::simulator::parse_fault_rules(plan_cycle(seed, 0).fault_rules)) {
      CHECK(rule.match.window.to <= max_fault_phase);
      actions.insert(rule.action.name);
    }
  }
  const std::set<std::string> expected{
      "status+body",   "status+headers", "redirect",     "latency",        "reset",
      "truncate_body", "slow_drip",      "endless_body", "garbage",        "hang",
      "lifetime",      "same_token",     "content_type", "expires_on_form"};
  CHECK(actions == expected);
}

TEST_CASE("a run has as many cycles as its length permits, at least one") {
  CHECK(cycles_in(0s) == 1);
  CHECK(cycles_in(20s) == 1);
  CHECK(cycles_in(60s) == 3);
  CHECK(cycles_in(3'600s) == 171);
}
