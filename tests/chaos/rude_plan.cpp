#include "tests/chaos/rude_plan.hpp"

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/random_faults.hpp"
#include "tests/chaos/random_source.hpp"

namespace midas::internal::chaos {

const char* to_string(rude_plan::condition condition) noexcept {
  switch (condition) {
    case rude_plan::condition::outage:
      return "outage";
    case rude_plan::condition::overload:
      return "overload";
    case rude_plan::condition::mixed:
      return "mixed faults";
  }
  return "unknown";
}

rude_plan plan_rude(std::uint64_t seed, std::uint64_t number) {
  random_source random{~seed ^ random_source{number}.next()};
  rude_plan plan;
  // In turn, so that a short run has each of them.
  plan.host_condition = static_cast<rude_plan::condition>((seed + number) % conditions);
  plan.fault_phase = random.between(min_fault_phase, max_fault_phase);
  plan.seed = random.next();
  if (plan.host_condition == rude_plan::condition::outage) {
    plan.fault_rules = R"({"rules":[{"action":{"status":503,"body":"chaos"}}]})";
  } else if (plan.host_condition == rude_plan::condition::mixed) {
    plan.fault_rules = random_fault_rules(random, plan.fault_phase);
  }
  return plan;
}

}  // namespace midas::internal::chaos
