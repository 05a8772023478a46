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

std::string since_begin(const history& what, time_point at) {
  return in_milliseconds(at - what.began);
}

std::string name_of(const asked_key& key) { return key.resource + " for " + key.identity; }

std::string name_of(const history& what, const caller_request& request) {
  return "request " + std::to_string(request.id) + " (" + request.caller + ", " +
         name_of(request.key) + (request.force_refresh ? ", forced" : "") + ", asked at " +
         since_begin(what, request.asked) + " with " +
         in_milliseconds(request.deadline - request.asked) + " to wait)";
}

std::vector<std::string> check(const history& what, const history_bounds& bounds) {
  violations found;
  check_answers(what, bounds, found);
  check_tokens(what, bounds, found);
  check_tokens_at_hand(what, bounds, found);
  check_recovery(what, bounds, found);
  check_exchanges(what, bounds, found);
  check_host_requests(what, bounds, found);
  return found;
}

}  // namespace midas::internal::chaos
