#include "proxy/protocols/token_claims.hpp"

#include "transport/formats/base64.hpp"
#include "transport/formats/json_object.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::proxy {
namespace {

bool is_number(const json_member& member) {
  return member.kind == json_kind::number &&
         std::all_of(member.text.begin(), member.text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::string text_of(const json_member& member) {
  return member.kind == json_kind::string ? std::string{member.text} : std::string{};
}

}  // namespace

token_claims claims_of(std::string_view token) {
  if (std::count(token.begin(), token.end(), '.') != 2) {
    return {};
  }
  const auto begin = token.find('.') + 1;
  const auto payload = decode_base64url(token.substr(begin, token.rfind('.') - begin));
  if (!payload) {
    return {};
  }
  sensitive_string text;
  text.reserve(payload->size() + json_read_ahead);
  text.append(*payload);
  // Tokens of version 1 have the client id as appid, those of version 2 as azp.
  std::array<json_member, 3> members{{{.name = "appid"}, {.name = "azp"}, {.name = "nbf"}}};
  if (read_json_object(text, members).result != json_reading::outcome::object) {
    return {};
  }
  auto client_id = text_of(members[0]);
  return {.client_id = client_id.empty() ? text_of(members[1]) : std::move(client_id),
          .not_before = is_number(members[2]) ? std::string{members[2].text} : std::string{}};
}

}  // namespace midas::internal::proxy
