#include "tests/chaos/history_rules.hpp"

#include <algorithm>

namespace midas::internal::chaos {

namespace {

// Longer than any pause after a failure in a chaos run.
constexpr std::chrono::seconds longest_pause{10};

// Whether something other than the other callers can have kept the request from its turn.
bool is_excused(const history& observed, const caller_request& request, time_point until) {
  return std::ranges::any_of(observed.exchanges, [&](const wire_exchange& each) {
    const bool overlaps = each.started <= until && each.ended >= request.started;
    const bool failed = each.status != 200 && each.ended != time_point::max();
    return (each.key == request.key && overlaps) ||
           (failed && each.ended > request.started - longest_pause && each.ended <= until);
  });
}

}  // namespace

void check_share(const history& observed, const history_bounds& bounds, named_violations& found) {
  for (const auto& request : observed.requests) {
    const auto until = request.started + bounds.share + bounds.tolerance;
    if (request.deadline < until || observed.ended < until || request.cancelled ||
        (observed.shut_down && *observed.shut_down < until)) {
      continue;
    }
    const bool served = !request.answers.empty() && request.answers.front().token &&
                        request.answers.front().at <= until;
    if (!served && !is_excused(observed, request, until)) {
      const auto others = std::ranges::count_if(observed.exchanges, [&](const auto& each) {
        return each.started >= request.started && each.started <= until;
      });
      found.push_back({"share", describe(observed, request) + " had no exchange for " +
                                    in_milliseconds(until - request.started) + ", while " +
                                    std::to_string(others) + " began for other keys"});
    }
  }
}

}  // namespace midas::internal::chaos
