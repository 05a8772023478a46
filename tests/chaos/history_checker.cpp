#include "tests/chaos/history_checker.hpp"

#include "tests/chaos/history_rules.hpp"

#include <cstdio>

namespace midas::internal::chaos {

std::string in_milliseconds(std::chrono::nanoseconds duration) {
  const std::chrono::duration<double, std::milli> ms = duration;
  char text[48];
  std::snprintf(text, sizeof text, "%.3f ms", ms.count());
  return text;
}

std::string since_start(const history& observed, time_point at) {
  return in_milliseconds(at - observed.began);
}

std::string describe(const request_key& key) { return key.resource + " for " + key.identity; }

std::string describe(const history& observed, const caller_request& request) {
  return "request " + std::to_string(request.id) + " (" + request.caller + ", " +
         describe(request.key) + (request.force_refresh ? ", forced" : "") +
         (request.has_claims ? ", with claims" : "") + ", started at " +
         since_start(observed, request.started) + ", timeout " +
         in_milliseconds(request.deadline - request.started) + ")";
}

std::vector<std::string> check(const history& observed, const history_bounds& bounds) {
  violations found;
  check_answers(observed, bounds, found);
  check_tokens(observed, bounds, found);
  check_cached_tokens(observed, bounds, found);
  check_recovery(observed, bounds, found);
  check_exchanges(observed, bounds, found);
  check_host_requests(observed, bounds, found);
  return found;
}

std::vector<named_violation> check_rude(const history& observed, const history_bounds& bounds) {
  named_violations found;
  check_pace(observed, bounds, found);
  check_share(observed, bounds, found);
  check_shutdown(observed, bounds, found);
  check_newest(observed, bounds, found);
  check_keys(observed, bounds, found);
  return found;
}

}  // namespace midas::internal::chaos
