#include "simulator/faults/fault_schedule.hpp"

#include "simulator/faults/random_sequence.hpp"

#include <utility>

namespace midas::internal::simulator {
namespace {

bool is_candidate(const fault_match& match, identity_host host, const request_facts& request,
                  std::chrono::nanoseconds elapsed) {
  return match.host.value_or(host) == host &&
         (!match.resource || *match.resource == request.resource) &&
         (!match.identity || http::equal_ignoring_case(*match.identity, request.identity)) &&
         match.window.holds(elapsed);
}

}  // namespace

fault_schedule::fault_schedule(std::vector<fault_rule> rules, identity_host host,
                               std::uint64_t seed)
    : host_(host), seed_(seed) {
  for (auto& rule : rules) {
    rules_.push_back({std::move(rule)});
  }
}

std::optional<fault> fault_schedule::decide(const request_facts& request,
                                            std::chrono::nanoseconds elapsed) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    auto& [rule, candidates, matched] = rules_[i];
    if (!is_candidate(rule.match, host_, request, elapsed)) {
      continue;
    }
    random_sequence draws(seed_, i, ++candidates);
    if (draws.next() >= rule.match.probability || !rule.match.nth.holds(++matched)) {
      continue;
    }
    fault decided{rule.action, std::nullopt};
    if (rule.action.latency) {
      decided.latency = draw_latency(*rule.action.latency, draws);
    }
    return decided;
  }
  return std::nullopt;
}

}  // namespace midas::internal::simulator
