#include "tests/chaos/history_rules.hpp"

#include <algorithm>

namespace midas::internal::chaos {

namespace {

// True if the request had to be served: it starts late enough in the quiet period, and both last
// long enough.
bool must_be_served(const history& observed, const caller_request& request,
                    const quiet_period& quiet, const history_bounds& bounds) {
  const auto served = request.started + bounds.service_time;
  return request.started >= quiet.from + bounds.recovery && served <= quiet.to &&
         served <= request.deadline && !(request.cancelled && *request.cancelled < served) &&
         !(observed.shut_down && *observed.shut_down < served);
}

}  // namespace

void check_recovery(const history& observed, const history_bounds& bounds, violations& found) {
  for (const auto& request : observed.requests) {
    const auto quiet = std::ranges::find_if(observed.quiet_periods, [&](const quiet_period& each) {
      return must_be_served(observed, request, each, bounds);
    });
    if (quiet == observed.quiet_periods.end() || request.answers.empty()) {
      continue;
    }
    const auto& answer = request.answers.front();
    const auto after = in_milliseconds(request.started - quiet->from) + " after the faults ended";
    if (!answer.token) {
      found.push_back(describe(observed, request) + ", " + after + ", failed with " +
                      std::string{to_string(answer.code)});
    } else if (answer.at > request.started + bounds.service_time + bounds.tolerance) {
      found.push_back(describe(observed, request) + ", " + after + ", got its token late, after " +
                      in_milliseconds(answer.at - request.started));
    }
  }
}

}  // namespace midas::internal::chaos
