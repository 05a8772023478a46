#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::chaos {

namespace {

// The latest time for the answer to a request, and the reason for it.
struct due_time {
  time_point at;
  const char* reason;
};

due_time due(const history& observed, const caller_request& request) {
  due_time result{request.deadline, "its deadline"};
  if (request.cancelled && *request.cancelled < result.at) {
    result = {*request.cancelled, "its cancellation"};
  }
  if (observed.shut_down && *observed.shut_down < result.at) {
    result = {std::max(*observed.shut_down, request.started), "the shutdown of the service"};
  }
  return result;
}

// True for the errors that a faulty host can cause for a valid request.
bool can_be_caused_by_host(errc code) {
  constexpr std::array all{
      errc::unreachable,         errc::connection_lost,    errc::request_timeout,
      errc::invalid_http,        errc::response_too_large, errc::invalid_response,
      errc::identity_not_found,  errc::request_rejected,   errc::throttled,
      errc::service_unavailable, errc::host_busy};
  return std::ranges::find(all, code) != all.end();
}

void check_error(const history& observed, const caller_request& request,
                 const caller_answer& answer, violations& found) {
  const auto report = [&](const std::string& text) {
    found.push_back(describe(observed, request) + " failed with " +
                    std::string{to_string(answer.code)} + text);
  };
  if (answer.code == errc::deadline_exceeded) {
    if (answer.at < request.deadline && !answer.not_admitted) {
      report(" " + in_milliseconds(request.deadline - answer.at) + " before its deadline");
    }
  } else if (answer.code == errc::cancelled) {
    if (!request.cancelled || answer.at < *request.cancelled) {
      report(" without having been canceled");
    }
  } else if (answer.code == errc::shutting_down) {
    if (!observed.shut_down || answer.at < *observed.shut_down) {
      report(" before the service was shut down");
    }
  } else if (answer.code == errc::actor_terminated && request.caller == "actor" &&
             observed.shut_down && answer.at >= *observed.shut_down) {
    // CAF answers a request to an actor that has terminated, without the reason for it.
  } else if (answer.code == errc::claims_not_supported && request.has_claims) {
    // The same claims were answered lately.
  } else if (!can_be_caused_by_host(answer.code)) {
    report(", which the host cannot cause");
  }
}

}  // namespace

void check_answers(const history& observed, const history_bounds& bounds, violations& found) {
  for (const auto id : observed.answered_again) {
    found.push_back("request " + std::to_string(id) + " of an earlier cycle was answered again");
  }
  for (const auto& request : observed.requests) {
    const auto latest = due(observed, request);
    if (request.answers.empty()) {
      // A request that is not due before the end of the history may be answered later.
      if (observed.ended > latest.at + bounds.tolerance) {
        found.push_back(describe(observed, request) + " was never answered");
      }
      continue;
    }
    if (request.answers.size() > 1) {
      found.push_back(describe(observed, request) + " was answered " +
                      std::to_string(request.answers.size()) + " times");
    }
    const auto& first = request.answers.front();
    if (first.at > latest.at + bounds.tolerance) {
      found.push_back(describe(observed, request) + " was answered " +
                      in_milliseconds(first.at - latest.at) + " after " + latest.reason);
    }
    for (const auto& answer : request.answers) {
      if (!answer.token) {
        check_error(observed, request, answer, found);
      }
    }
  }
}

}  // namespace midas::internal::chaos
