#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace midas::internal::chaos {

namespace {

// A token that was in the service's memory from `from` to `to` at least.
struct held_token {
  time_point from{};
  time_point to{};
};

struct sighting {
  const caller_request* request;
  const caller_answer* answer;
};

// Whoever is answered finds the token published; and who asks later and gets the very same token
// without an exchange in between gets it from memory, so it has been there all the while. This
// needs no idea of how long the service holds a token. Exchanges that brought something are left
// out, since a host may give the same token twice, and the service forget it in between.
std::optional<held_token> held(const std::vector<sighting>& sightings,
                               const std::vector<time_point>& granted) {
  held_token result{time_point::max(), time_point::min()};
  for (const auto& each : sightings) {
    result.from = std::min(result.from, each.answer->at);
  }
  const auto next = std::ranges::upper_bound(granted, result.from);
  const auto end = next == granted.end() ? time_point::max() : *next;
  for (const auto& each : sightings) {
    if (each.answer->at < end) {
      result.to = std::max(result.to, each.request->asked);
    }
  }
  return result.from < result.to ? std::optional{result} : std::nullopt;
}

using held_tokens = std::map<asked_key, std::vector<held_token>>;

held_tokens all_held(const history& what) {
  std::map<asked_key, std::map<std::string, std::vector<sighting>>> seen;
  for (const auto& request : what.requests) {
    for (const auto& answer : request.answers) {
      if (answer.token) {
        seen[request.key][answer.token->id].push_back({&request, &answer});
      }
    }
  }
  std::map<asked_key, std::vector<time_point>> granted;
  for (const auto& exchange : what.exchanges) {
    if (exchange.status == 200) {
      granted[exchange.key].push_back(exchange.ended);
    }
  }
  held_tokens result;
  for (const auto& [key, tokens] : seen) {
    auto& times = granted[key];
    std::ranges::sort(times);
    for (const auto& item : tokens) {
      if (const auto token = held(item.second, times)) {
        result[key].push_back(*token);
      }
    }
  }
  return result;
}

}  // namespace

void check_tokens(const history& what, const history_bounds& bounds, violations& found) {
  for (const auto& request : what.requests) {
    for (const auto& answer : request.answers) {
      if (!answer.token) {
        continue;
      }
      const auto& token = *answer.token;
      if (token.id.empty()) {
        found.push_back(name_of(what, request) + " was given something that is no token");
        continue;
      }
      if (token.resource != request.key.resource || token.client_id != request.client_id) {
        found.push_back(name_of(what, request) + " was given a token for '" + token.resource +
                        "' of the identity '" + token.client_id + "'");
      }
      if (answer.wall > token.expires_on + bounds.tolerance) {
        found.push_back(name_of(what, request) + " was given a token " +
                        in_milliseconds(answer.wall - token.expires_on) + " after its expiry");
      }
    }
  }
}

void check_tokens_at_hand(const history& what, const history_bounds& bounds, violations& found) {
  const auto at_hand = all_held(what);
  for (const auto& request : what.requests) {
    const auto tokens = at_hand.find(request.key);
    // A forced request is asked by one whom the token at hand does not help.
    if (tokens == at_hand.end() || request.force_refresh || request.answers.empty()) {
      continue;
    }
    const auto& answer = request.answers.front();
    const bool refused =
        !answer.token && answer.code != errc::cancelled && answer.code != errc::shutting_down;
    // While it waited for that long, the token was there.
    const auto until = std::min(answer.at, request.asked + bounds.tolerance);
    const bool kept_waiting = answer.at > until;
    for (const auto& token : tokens->second) {
      if (request.asked < token.from || until > token.to) {
        continue;
      }
      if (refused) {
        found.push_back(name_of(what, request) + " was told " +
                        std::string{to_string(answer.code)} + " while a token was at hand");
      } else if (kept_waiting) {
        found.push_back(name_of(what, request) + " waited " +
                        in_milliseconds(answer.at - request.asked) + " while a token was at hand");
      }
      break;
    }
  }
}

}  // namespace midas::internal::chaos
