// Decides which fault applies to a request. No sockets, no clock; randomness comes from the seed.
#pragma once

#include "simulator/faults/fault_rules.hpp"
#include "simulator/faults/request_facts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace midas::internal::simulator {

/// A rule's action for one request.
struct fault {
  /// Owned by the schedule.
  const fault_action& action;
  /// The latency drawn for this request. Empty if the action has none.
  std::optional<std::chrono::nanoseconds> latency;
};

/// Applies the first rule that matches; later rules do not count the request. The same seed, rules,
/// requests and times give the same faults. One thread at a time.
class fault_schedule {
 public:
  fault_schedule(std::vector<fault_rule> rules, identity_host host, std::uint64_t seed);

  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

  /// Counts the request. `elapsed` is the time since the rules took effect. Empty if no rule
  /// matches.
  [[nodiscard]] std::optional<fault> decide(const request_facts& request,
                                            std::chrono::nanoseconds elapsed);

 private:
  struct counted_rule {
    fault_rule rule;
    /// Requests that matched everything except probability and nth. Each has its own sequence of
    /// random numbers.
    std::uint64_t candidates = 0;
    /// Requests among the candidates that also matched the probability.
    std::uint64_t matched = 0;
  };

  std::vector<counted_rule> rules_;
  identity_host host_;
  std::uint64_t seed_;
};

}  // namespace midas::internal::simulator
