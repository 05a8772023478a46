// Tokens of a table, published and read in virtual time.
#pragma once

#include "published/token_table.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal::test::tables {

using namespace std::chrono_literals;
using std::chrono::seconds;

inline const clock_reading now{std::chrono::sys_seconds{1'900'000'000s},
                               boot_clock::time_point{5'000s}};

using keys = std::vector<std::string>;

inline token_key key(const std::string& resource) { return {{}, resource}; }

inline access_token token_named(const std::string& text) {
  token_grant grant;
  grant.token = secret{text};
  grant.expires_on = now.wall + 24h;
  return {grant, token_source::identity_provider};
}

inline token_validity lasting(seconds usable, seconds refresh_in, const clock_reading& from = now) {
  return {.end = from + usable, .refresh_at = from.boot + refresh_in};
}

inline void publish(token_table& table, const std::string& resource, seconds usable,
                    seconds refresh_in, const clock_reading& at = now) {
  table.publish(key(resource), token_named("token of " + resource), lasting(usable, refresh_in, at),
                at);
}

inline std::string text_of(const std::optional<token_table::found_token>& found) {
  return found ? std::string{found->token.token().reveal()} : "nothing";
}

inline keys resources_of(const std::vector<token_key>& of) {
  keys result;
  for (const auto& each : of) {
    result.push_back(each.resource);
  }
  return result;
}

inline keys resources_of(const std::vector<token_table::dropped_key>& of) {
  keys result;
  for (const auto& each : of) {
    result.push_back(each.key.resource);
  }
  return result;
}

inline keys sorted(keys of) {
  std::ranges::sort(of);
  return of;
}

inline keys sorted(const std::vector<token_key>& of) { return sorted(resources_of(of)); }

inline keys sorted(const std::vector<token_table::dropped_key>& of) {
  return sorted(resources_of(of));
}

struct refreshes {
  keys due;
  keys dropped;
};

// Begins the refreshes that are due, in the order of their time, as a cache actor does.
inline refreshes take(token_table& table, const clock_reading& at) {
  auto planned = table.all_slots();
  std::ranges::sort(planned, {}, [](const auto& each) { return each->refresh(); });
  refreshes result;
  for (const auto& each : planned) {
    const auto [step, key, reason] = table.begin_refresh(*each, at);
    switch (step) {
      case token_table::refresh_step::none:
      case token_table::refresh_step::unused:
        break;
      case token_table::refresh_step::begun:
        result.due.push_back(key.resource);
        break;
      case token_table::refresh_step::dropped:
        result.dropped.push_back(key.resource);
        break;
    }
  }
  return result;
}

inline std::optional<boot_clock::time_point> refresh_of(const token_table& table,
                                                        const std::string& resource) {
  const auto slot = table.find_slot(key(resource));
  return slot == nullptr ? std::nullopt : std::optional{slot->refresh()};
}

}  // namespace midas::internal::test::tables
