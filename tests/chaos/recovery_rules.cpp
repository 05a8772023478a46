#include "tests/chaos/history_rules.hpp"

#include <algorithm>

namespace midas::internal::chaos {

namespace {

// Whether the calm and the request lasted long enough to say that it should have been served.
bool can_be_judged(const history& what, const caller_request& request, const calm_period& calm,
                   const history_bounds& bounds) {
  const auto served = request.asked + bounds.service_time;
  return request.asked >= calm.from + bounds.recovery && served <= calm.to &&
         served <= request.deadline && !(request.cancelled && *request.cancelled < served) &&
         !(what.shut_down && *what.shut_down < served);
}

}  // namespace

void check_recovery(const history& what, const history_bounds& bounds, violations& found) {
  for (const auto& request : what.requests) {
    const auto calm = std::ranges::find_if(what.calms, [&](const calm_period& each) {
      return can_be_judged(what, request, each, bounds);
    });
    if (calm == what.calms.end() || request.answers.empty()) {
      continue;
    }
    const auto& answer = request.answers.front();
    const auto after = in_milliseconds(request.asked - calm->from) + " after the faults ended";
    if (!answer.token) {
      found.push_back(name_of(what, request) + ", " + after + ", got no token but " +
                      std::string{to_string(answer.code)});
    } else if (answer.at > request.asked + bounds.service_time + bounds.tolerance) {
      found.push_back(name_of(what, request) + ", " + after + ", got its token only after " +
                      in_milliseconds(answer.at - request.asked));
    }
  }
}

}  // namespace midas::internal::chaos
