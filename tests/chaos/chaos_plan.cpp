#include "tests/chaos/chaos_plan.hpp"

#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/random_faults.hpp"
#include "tests/chaos/random_source.hpp"

#include <algorithm>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t steady_calls_per_second = 100;

milliseconds draw_timeout(random_source& random) {
  // Half of the calls have a short timeout.
  return random.with_probability(0.5) ? random.between(min_timeout, 500ms)
                                      : random.between(min_timeout, max_timeout);
}

planned_call draw_call(random_source& random, milliseconds at, std::size_t key) {
  planned_call call;
  call.at = at;
  call.kind = static_cast<caller_kind>(random.below(caller_kinds));
  call.key = key;
  call.timeout = draw_timeout(random);
  call.force_refresh = random.with_probability(0.03);
  // A blocked thread cannot cancel its call, and an actor has no stop token.
  if ((call.kind == caller_kind::callback || call.kind == caller_kind::coroutine) &&
      random.with_probability(0.05)) {
    call.cancelled_after = random.between(0ms, call.timeout);
  }
  return call;
}

}  // namespace

const char* to_string(caller_kind kind) noexcept {
  switch (kind) {
    case caller_kind::thread:
      return "thread";
    case caller_kind::callback:
      return "callback";
    case caller_kind::coroutine:
      return "coroutine";
    case caller_kind::actor:
      return "actor";
  }
  return "unknown";
}

chaos_cycle plan_cycle(std::uint64_t seed, std::uint64_t number) {
  random_source random{seed ^ random_source{number}.next()};
  chaos_cycle cycle;
  cycle.fault_phase = random.between(min_fault_phase, max_fault_phase);
  cycle.quiet_phase = quiet_phase_length;
  cycle.fault_rules = random_fault_rules(random, cycle.fault_phase);
  const auto length = cycle.fault_phase + cycle.quiet_phase;
  const auto keys = chaos_keys().size();
  const auto steady = static_cast<std::size_t>(length / 1s) * steady_calls_per_second;
  for (std::size_t i = 0; i < steady; ++i) {
    const auto at = random.between(0ms, length);
    cycle.calls.push_back(draw_call(random, at, random.below(keys)));
  }
  // Bursts of calls for one key.
  for (auto second = 0ms; second < length; second += 1s) {
    const auto at = std::min(second + random.between(0ms, 999ms), length);
    const auto key = random.below(keys);
    for (auto left = random.below(80); left > 0; --left) {
      cycle.calls.push_back(draw_call(random, at, key));
    }
  }
  std::ranges::stable_sort(cycle.calls, {}, &planned_call::at);
  return cycle;
}

std::uint64_t cycles_in(std::chrono::seconds length) {
  constexpr auto average = quiet_phase_length + (min_fault_phase + max_fault_phase) / 2;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, (length + average / 2) / average));
}

}  // namespace midas::internal::chaos
