#include "tools/store/store_list.hpp"

#include "actors/policies/stored_validity.hpp"
#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"
#include "tools/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

namespace midas::internal::tools {

namespace {

std::vector<const stored_token*> in_order(std::span<const stored_token> tokens) {
  std::vector<const stored_token*> result;
  result.reserve(tokens.size());
  for (const auto& each : tokens) {
    result.push_back(&each);
  }
  std::ranges::sort(result, {}, [](const stored_token* each) {
    return std::tie(each->grant.resource, each->identity, each->endpoint, each->cached_at);
  });
  return result;
}

// Saturates, since a file may state any time.
std::chrono::seconds life_left(const stored_token& token, const clock_reading& now) {
  constexpr std::chrono::seconds max_time_left = std::chrono::hours{24 * 365 * 100};
  return std::clamp<std::chrono::seconds>(token.grant.expires_on - now.wall, -max_time_left,
                                          max_time_left);
}

std::string line_of(const stored_token& token, const clock_reading& now) {
  const auto left = life_left(token, now);
  const auto life =
      duration_text(std::chrono::abs(left)) + (left > std::chrono::seconds{0} ? " left" : " ago");
  auto line = fmt::format("{:<8}  {:>16}  {} for {}, acquired {}", to_string(state_of(token, now)),
                          life, token.grant.resource, midas::to_string(token.identity),
                          utc_text(token.cached_at));
  if (!token.endpoint.empty()) {
    line += " from " + token.endpoint;
  }
  return printable(line);
}

}  // namespace

std::string_view to_string(stored_state state) noexcept {
  switch (state) {
    case stored_state::usable:
      return "usable";
    case stored_state::expiring:
      return "expiring";
    case stored_state::expired:
      return "expired";
    case stored_state::future:
      return "future";
  }
  return "unknown";
}

stored_state state_of(const stored_token& token, const clock_reading& now) {
  if (token.grant.expires_on <= now.wall) {
    return stored_state::expired;
  }
  if (token.cached_at > now.wall) {
    return stored_state::future;
  }
  return validity_of(token, now, 0) ? stored_state::usable : stored_state::expiring;
}

std::string list_as_text(std::span<const stored_token> tokens, const std::string& path,
                         const clock_reading& now) {
  if (tokens.empty()) {
    return "No tokens in " + printable(path) + "\n";
  }
  std::string text;
  for (const auto* each : in_order(tokens)) {
    text.append(line_of(*each, now)).append("\n");
  }
  return text;
}

std::string list_as_json(std::span<const stored_token> tokens, const std::string& path,
                         const clock_reading& now) {
  json_writer writer;
  writer.StartObject();
  writer.member("store", path);
  writer.Key("tokens");
  writer.StartArray();
  for (const auto* each : in_order(tokens)) {
    writer.StartObject();
    writer.member("resource", each->grant.resource);
    writer.member("identity", midas::to_string(each->identity));
    if (!each->endpoint.empty()) {
      writer.member("endpoint", each->endpoint);
    }
    writer.time("acquired_on", each->cached_at);
    writer.time("expires_on", each->grant.expires_on);
    writer.Key("expires_in");
    writer.Int64(life_left(*each, now).count());
    writer.member("state", to_string(state_of(*each, now)));
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return writer.str() + "\n";
}

}  // namespace midas::internal::tools
