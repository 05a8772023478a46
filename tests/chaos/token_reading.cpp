#include "tests/chaos/token_reading.hpp"

#include "tools/token/jwt_claims.hpp"

#include <rapidjson/document.h>

namespace midas::internal::chaos {

namespace {

std::string text_of(const rapidjson::Document& claims, const char* name) {
  const auto found = claims.FindMember(name);
  return found != claims.MemberEnd() && found->value.IsString()
             ? std::string{found->value.GetString(), found->value.GetStringLength()}
             : std::string{};
}

}  // namespace

token_facts read_token(std::string_view token) {
  const auto text = tools::claims_of(token);
  if (!text) {
    return {};
  }
  rapidjson::Document claims;
  claims.Parse(text->c_str());
  const auto expiry = claims.FindMember("exp");
  if (expiry == claims.MemberEnd() || !expiry->value.IsInt64()) {
    return {};
  }
  return {text_of(claims, "aud"), text_of(claims, "appid"),
          std::chrono::sys_seconds{std::chrono::seconds{expiry->value.GetInt64()}},
          text_of(claims, "uti")};
}

}  // namespace midas::internal::chaos
