#include "tests/chaos/history_rules.hpp"

#include <algorithm>

namespace midas::internal::chaos {

namespace {

// Longer than any pause after a failure in a chaos run.
constexpr std::chrono::seconds max_pause{10};

// An answer whose token no caller has received: it was expired, or unreadable.
bool is_unusable(const history& observed, const wire_exchange& exchange) {
  return std::ranges::none_of(observed.requests, [&](const caller_request& request) {
    return std::ranges::any_of(request.answers, [&](const caller_answer& answer) {
      return answer.token && answer.token->id == exchange.token_id;
    });
  });
}

// Whether something other than the other callers can have kept the request from its turn.
bool is_excused(const history& observed, const caller_request& request, time_point until) {
  return std::ranges::any_of(observed.exchanges, [&](const wire_exchange& each) {
    const bool overlaps = each.started <= until && each.ended >= request.started;
    const bool is_recent = each.ended > request.started - max_pause && each.ended <= until;
    return (each.key == request.key && overlaps) ||
           (is_recent && (each.status != 200 || is_unusable(observed, each)));
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
