#include "transport/formats/claims.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/authentication_challenge.hpp"
#include "transport/formats/base64.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/formats/plain_value.hpp"
#include <midas/claims_challenge.hpp>

#include <string>
#include <utility>
#include <vector>

namespace midas {

namespace internal {

namespace {

constexpr std::string_view expected_form =
    "Pass the value of the WWW-Authenticate header of the response that rejected the token, "
    "unchanged";

json_reading::outcome outcome_of(std::string_view text) {
  sensitive_string copy{text};
  return read_json_object(copy, {}).result;
}

struct claims_reading {
  /// The JSON object that the claims are or encode; empty if there is none.
  std::string object{};
  /// What the claims are if they are not a JSON object themselves: "malformed JSON".
  std::string_view found{};
};

claims_reading read_base64(std::string_view text) {
  const auto decoded = decode_base64(text);
  if (!decoded) {
    return {.found = text.starts_with('{') ? "malformed JSON" : "neither JSON nor base64"};
  }
  const auto json = without_margins(*decoded);
  switch (outcome_of(json)) {
    case json_reading::outcome::object:
      break;
    case json_reading::outcome::other_value:
      return {.found = "the base64 of JSON that is not an object"};
    case json_reading::outcome::malformed:
      return {.found = "the base64 of a text that is not JSON"};
  }
  return {.object = std::string{json}, .found = "the base64 of a JSON object"};
}

claims_reading read_claims(std::string_view given) {
  const auto text = without_margins(given);
  if (text.empty()) {
    return {.found = "empty"};
  }
  const auto outcome = outcome_of(text);
  if (outcome == json_reading::outcome::object) {
    return {.object = std::string{text}};
  }
  auto result = read_base64(text);
  // Base64 may begin like a number.
  if (result.object.empty() && outcome == json_reading::outcome::other_value) {
    result.found = "JSON, but not an object";
  }
  return result;
}

// The higher, the more likely it is that the claims are meant for a token like midas's.
int preference(const authentication_challenge& challenge) {
  if (challenge.scheme != "bearer") {
    return 0;
  }
  const auto* const code = challenge.find("error");
  return code != nullptr && *code == "insufficient_claims" ? 2 : 1;
}

const std::string* find_claims(const std::vector<authentication_challenge>& challenges) {
  const std::string* result = nullptr;
  int best = -1;
  for (const auto& each : challenges) {
    const auto* const claims = each.find("claims");
    if (claims != nullptr && preference(each) > best) {
      best = preference(each);
      result = claims;
    }
  }
  return result;
}

std::string problem_without_claims(const challenge_list& list) {
  const std::string header = "the WWW-Authenticate header ";
  if (list.fault) {
    return concat({header, "is malformed from character ", std::to_string(*list.fault + 1),
                   " on, and has no claims before"});
  }
  if (list.challenges.empty()) {
    return header + "is empty";
  }
  return concat({header, "has no claims in its challenges, of which there are ",
                 std::to_string(list.challenges.size())});
}

}  // namespace

expected<void> check_claims(std::string_view claims) {
  const auto reading = read_claims(claims);
  if (reading.found.empty()) {
    return {};
  }
  return fail(errc::invalid_claims,
              concat({"the claims are ", reading.found, "; a JSON object is required"}),
              "Pass the claims that parse_claims_challenge() returns for the WWW-Authenticate "
              "header of the response that rejected the token");
}

}  // namespace internal

expected<std::string> parse_claims_challenge(std::string_view www_authenticate) {
  const auto list = internal::parse_challenges(www_authenticate);
  const auto* const claims = internal::find_claims(list.challenges);
  if (claims == nullptr) {
    return internal::fail(errc::invalid_claims, internal::problem_without_claims(list),
                          internal::expected_form);
  }
  auto reading = internal::read_claims(*claims);
  if (reading.object.empty()) {
    return internal::fail(errc::invalid_claims,
                          internal::concat({"the claims in the WWW-Authenticate header are ",
                                            reading.found, "; a JSON object is required"}),
                          internal::expected_form);
  }
  return std::move(reading.object);
}

}  // namespace midas
