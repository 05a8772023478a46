#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::chaos {

namespace {

// When the request is to be answered at the latest, and what for.
struct due_time {
  time_point at;
  const char* why;
};

due_time due(const history& what, const caller_request& request) {
  due_time result{request.deadline, "its deadline"};
  if (request.cancelled && *request.cancelled < result.at) {
    result = {*request.cancelled, "it was cancelled"};
  }
  if (what.shut_down && *what.shut_down < result.at) {
    result = {std::max(*what.shut_down, request.asked), "the service was shut down"};
  }
  return result;
}

// What a host that goes wrong can make of a request that makes sense.
bool is_of_a_host(errc code) {
  constexpr std::array all{errc::unreachable,        errc::connection_lost,
                           errc::request_timeout,    errc::invalid_http,
                           errc::response_too_large, errc::invalid_response,
                           errc::identity_not_found, errc::request_rejected,
                           errc::throttled,          errc::service_unavailable};
  return std::ranges::find(all, code) != all.end();
}

void check_error(const history& what, const caller_request& request, const caller_answer& answer,
                 violations& found) {
  const auto say = [&](const std::string& text) {
    found.push_back(name_of(what, request) + " was told " + std::string{to_string(answer.code)} +
                    text);
  };
  if (answer.code == errc::deadline_exceeded) {
    if (answer.at < request.deadline && !answer.turn_too_late) {
      say(" " + in_milliseconds(request.deadline - answer.at) + " before its deadline");
    }
  } else if (answer.code == errc::cancelled) {
    if (!request.cancelled || answer.at < *request.cancelled) {
      say(", and had not asked for it");
    }
  } else if (answer.code == errc::shutting_down) {
    if (!what.shut_down || answer.at < *what.shut_down) {
      say(", and the service was not shut down");
    }
  } else if (answer.code == errc::actor_terminated && request.caller == "actor" && what.shut_down &&
             answer.at >= *what.shut_down) {
    // An actor that asks one which has ended is answered by CAF, which does not say why it ended.
  } else if (!is_of_a_host(answer.code)) {
    say(", which no host can have caused");
  }
}

}  // namespace

void check_answers(const history& what, const history_bounds& bounds, violations& found) {
  for (const auto id : what.answered_again) {
    found.push_back("request " + std::to_string(id) +
                    " of an earlier phase was answered once more");
  }
  for (const auto& request : what.requests) {
    const auto latest = due(what, request);
    if (request.answers.empty()) {
      // One whose time has not come when the history ends may yet be answered.
      if (what.ended > latest.at + bounds.tolerance) {
        found.push_back(name_of(what, request) + " was never answered");
      }
      continue;
    }
    if (request.answers.size() > 1) {
      found.push_back(name_of(what, request) + " was answered " +
                      std::to_string(request.answers.size()) + " times");
    }
    const auto& first = request.answers.front();
    if (first.at > latest.at + bounds.tolerance) {
      found.push_back(name_of(what, request) + " was answered " +
                      in_milliseconds(first.at - latest.at) + " after " + latest.why);
    }
    for (const auto& answer : request.answers) {
      if (!answer.token) {
        check_error(what, request, answer, found);
      }
    }
  }
}

}  // namespace midas::internal::chaos
