#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace midas::internal::chaos {

namespace {

// A period in which a token was certainly cached.
struct cached_period {
  time_point from{};
  time_point to{};
};

struct sighting {
  const caller_request* request;
  const caller_answer* answer;
};

// A token is published before its callers are answered. If a later caller gets the same token
// without an exchange in between, the token was cached all the time. This needs no assumption about
// how long the service keeps a token. The period ends at the next successful exchange, because a
// host may issue the same token twice, and the service may have dropped it in between.
std::optional<cached_period> cached_period_of(const std::vector<sighting>& sightings,
                                              const std::vector<time_point>& granted) {
  cached_period result{time_point::max(), time_point::min()};
  for (const auto& each : sightings) {
    result.from = std::min(result.from, each.answer->at);
  }
  const auto next = std::ranges::upper_bound(granted, result.from);
  const auto end = next == granted.end() ? time_point::max() : *next;
  for (const auto& each : sightings) {
    if (each.answer->at < end) {
      result.to = std::max(result.to, each.request->started);
    }
  }
  return result.from < result.to ? std::optional{result} : std::nullopt;
}

using cached_periods = std::map<request_key, std::vector<cached_period>>;

cached_periods all_cached(const history& observed) {
  std::map<request_key, std::map<std::string, std::vector<sighting>>> seen;
  for (const auto& request : observed.requests) {
    for (const auto& answer : request.answers) {
      if (answer.token) {
        seen[request.key][answer.token->id].push_back({&request, &answer});
      }
    }
  }
  std::map<request_key, std::vector<time_point>> granted;
  for (const auto& exchange : observed.exchanges) {
    if (exchange.status == 200) {
      granted[exchange.key].push_back(exchange.ended);
    }
  }
  cached_periods result;
  for (const auto& [key, tokens] : seen) {
    auto& times = granted[key];
    std::ranges::sort(times);
    for (const auto& item : tokens) {
      if (const auto period = cached_period_of(item.second, times)) {
        result[key].push_back(*period);
      }
    }
  }
  return result;
}

}  // namespace

void check_tokens(const history& observed, const history_bounds& bounds, violations& found) {
  for (const auto& request : observed.requests) {
    for (const auto& answer : request.answers) {
      if (!answer.token) {
        continue;
      }
      const auto& token = *answer.token;
      if (token.id.empty()) {
        found.push_back(describe(observed, request) + " got an unreadable token");
        continue;
      }
      if (token.resource != request.key.resource || token.client_id != request.client_id) {
        found.push_back(describe(observed, request) + " got a token for '" + token.resource +
                        "' of the identity '" + token.client_id + "'");
      }
      if (answer.wall > token.expires_on + bounds.tolerance) {
        found.push_back(describe(observed, request) + " got a token " +
                        in_milliseconds(answer.wall - token.expires_on) + " after its expiry");
      }
    }
  }
}

void check_cached_tokens(const history& observed, const history_bounds& bounds, violations& found) {
  const auto cached = all_cached(observed);
  for (const auto& request : observed.requests) {
    const auto periods = cached.find(request.key);
    // A forced refresh does not use the cached token.
    if (periods == cached.end() || request.force_refresh || request.has_claims ||
        request.answers.empty()) {
      continue;
    }
    const auto& answer = request.answers.front();
    const bool failed =
        !answer.token && answer.code != errc::cancelled && answer.code != errc::shutting_down;
    // The token must have been cached this long after the start of the request.
    const auto until = std::min(answer.at, request.started + bounds.tolerance);
    const bool kept_waiting = answer.at > until;
    for (const auto& period : periods->second) {
      if (request.started < period.from || until > period.to) {
        continue;
      }
      if (failed) {
        found.push_back(describe(observed, request) + " failed with " +
                        std::string{to_string(answer.code)} + " while a token was cached");
      } else if (kept_waiting) {
        found.push_back(describe(observed, request) + " waited " +
                        in_milliseconds(answer.at - request.started) + " while a token was cached");
      }
      break;
    }
  }
}

}  // namespace midas::internal::chaos
