// Rules for the end, the tokens and the memory of a service.
#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>

namespace midas::internal::chaos {

namespace {

struct replacement {
  request_key key{};
  // When the exchange of the token began, and when a caller had the token.
  time_point sent{};
  time_point received{};
};

struct exchange_time {
  time_point started{};
  time_point ended{};
};

using exchange_times = std::map<std::string, exchange_time>;

// Of the exchange that first returned each token. A host may return a token twice.
exchange_times times_by_token(const history& observed) {
  exchange_times result;
  for (const auto& exchange : observed.exchanges) {
    if (!exchange.token_id.empty()) {
      const exchange_time found{exchange.started, exchange.ended};
      const auto [at, added] = result.emplace(exchange.token_id, found);
      if (found.started < at->second.started) {
        at->second = found;
      }
    }
  }
  return result;
}

// The tokens that were requested after an earlier exchange: their callers have refused the token
// that such an exchange returns.
std::vector<replacement> all_replacements(const history& observed, const exchange_times& sent) {
  std::vector<replacement> result;
  for (const auto& request : observed.requests) {
    if ((request.force_refresh || request.has_claims) && !request.answers.empty() &&
        request.answers.front().token) {
      const auto& answer = request.answers.front();
      const auto found = sent.find(answer.token->id);
      if (found != sent.end() && found->second.started >= request.started) {
        result.push_back({request.key, request.started, answer.at});
      }
    }
  }
  return result;
}

}  // namespace

void check_shutdown(const history& observed, const history_bounds& /*bounds*/,
                    named_violations& found) {
  if (!observed.shut_down_returned) {
    return;
  }
  for (const auto& request : observed.requests) {
    // A thread and an actor receive their answers, but a callback is called.
    if (request.caller != "callback" && request.caller != "coroutine") {
      continue;
    }
    for (const auto& answer : request.answers) {
      if (answer.at > *observed.shut_down_returned &&
          request.started < *observed.shut_down_returned) {
        found.push_back({"shutdown", describe(observed, request) + " was called " +
                                         in_milliseconds(answer.at - *observed.shut_down_returned) +
                                         " after the shutdown had returned"});
      }
    }
  }
}

void check_newest(const history& observed, const history_bounds& /*bounds*/,
                  named_violations& found) {
  const auto sent = times_by_token(observed);
  const auto replacements = all_replacements(observed, sent);
  for (const auto& request : observed.requests) {
    for (const auto& answer : request.answers) {
      const auto at = answer.token ? sent.find(answer.token->id) : sent.end();
      // A request for a new token joins an exchange in flight, also an earlier one.
      const bool joins = request.force_refresh || request.has_claims;
      if (at == sent.end() || (joins && at->second.ended >= request.started)) {
        continue;
      }
      const auto newer = std::ranges::find_if(replacements, [&](const replacement& each) {
        return each.key == request.key && each.received < request.started &&
               at->second.started < each.sent;
      });
      if (newer != replacements.end()) {
        found.push_back(
            {"newest", describe(observed, request) + " got a token that was requested " +
                           in_milliseconds(newer->sent - at->second.started) +
                           " before the request for a token that a caller already had"});
      }
    }
  }
}

void check_keys(const history& observed, const history_bounds& bounds, named_violations& found) {
  for (const auto& each : observed.key_counts) {
    if (each.keys > bounds.max_keys) {
      found.push_back({"keys", std::to_string(each.keys) + " keys were in memory at " +
                                   since_start(observed, each.at) + ", of at most " +
                                   std::to_string(bounds.max_keys)});
    }
  }
}

}  // namespace midas::internal::chaos
