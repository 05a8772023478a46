#include "tests/chaos/rude_plan.hpp"

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/random_faults.hpp"
#include "tests/chaos/random_source.hpp"

namespace midas::internal::chaos {

const char* to_string(rude_plan::mood mood) noexcept {
  switch (mood) {
    case rude_plan::mood::outage:
      return "outage";
    case rude_plan::mood::overload:
      return "overload";
    case rude_plan::mood::mixed:
      return "mixed faults";
  }
  return "unknown";
}

rude_plan plan_rude(std::uint64_t seed, std::uint64_t number) {
  random_source chance{~seed ^ random_source{number}.next()};
  rude_plan plan;
  // In turn, so that a short run has each of them.
  plan.host_mood = static_cast<rude_plan::mood>((seed + number) % moods);
  plan.fault_phase = chance.between(min_fault_phase, max_fault_phase);
  plan.seed = chance.next();
  if (plan.host_mood == rude_plan::mood::outage) {
    plan.fault_rules = R"({"rules":[{"action":{"status":503,"body":"chaos"}}]})";
  } else if (plan.host_mood == rude_plan::mood::mixed) {
    plan.fault_rules = random_fault_rules(chance, plan.fault_phase);
  }
  return plan;
}

}  // namespace midas::internal::chaos
