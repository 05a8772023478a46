// Which fault a request meets. No sockets, no clock, and no chance but the seed's.
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
  /// Of the schedule, and valid as long as it.
  const fault_action& action;
  /// Drawn, if the action has a latency.
  std::optional<std::chrono::nanoseconds> latency;
};

/// Goes through the rules in their order, and applies the first one that matches; those after it do
/// not learn of the request. The same seed, rules, requests and times give the same faults. One
/// thread at a time.
class fault_schedule {
 public:
  fault_schedule(std::vector<fault_rule> rules, identity_host host, std::uint64_t seed);

  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

  /// `elapsed` since the rules are in force. Counts the request.
  [[nodiscard]] std::optional<fault> decide(const request_facts& request,
                                            std::chrono::nanoseconds elapsed);

 private:
  struct counted_rule {
    fault_rule rule;
    /// Requests that matched all but chance and number: each has a sequence of chances.
    std::uint64_t candidates = 0;
    /// Those that chance let pass.
    std::uint64_t matched = 0;
  };

  std::vector<counted_rule> rules_;
  identity_host host_;
  std::uint64_t seed_;
};

}  // namespace midas::internal::simulator
