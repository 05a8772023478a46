// For any response: no crash, no token that was not sent, no token in an error.
#include "tests/support/catch.hpp"
#include "transport/hosts/imds.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace imds_property_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};
const resolved_request vault{.resource = "https://vault.azure.net"};
// No eight characters of it occur in any text of midas.
const std::string secret_text = "Zq7-Xv3.Kj9_Wp5~Yb2+Nh8/Gf4=";

expected<token_grant> decode(int status, std::string_view body, std::string_view retry_after = "") {
  http_response response;
  response.status = status;
  response.body = body;
  response.headers = {{"Retry-After", sensitive_string{retry_after}}};
  static const auto protocol = imds::make_protocol({}, {});
  const auto result = protocol->decode(vault, std::move(response), now, 0);
  if (!result) {
    return unexpected{result.error()};
  }
  return std::get<token_grant>(*result);
}

bool is_sound(const token_grant& grant, const std::string& body) {
  const auto token = std::string{grant.token.reveal()};
  const bool visible = std::ranges::all_of(token, [](char c) { return c >= 0x21 && c <= 0x7e; });
  // Only escapes can make the token differ from the text in the body.
  const bool sent = body.find(token) != std::string::npos || body.find('\\') != std::string::npos;
  return !token.empty() && visible && sent && grant.expires_on > now;
}

bool is_fit_to_show(const error& e) {
  const auto text = to_string(e);
  return text.size() < 4'000 && std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
         });
}

bool is_sound(const expected<token_grant>& grant, const std::string& body) {
  return grant ? is_sound(*grant, body) : is_fit_to_show(grant.error());
}

// Also true for a part of the secret.
bool shows_secret(const expected<token_grant>& grant) {
  const auto text = grant ? std::string{} : to_string(grant.error());
  for (std::size_t at = 0; at + 8 <= secret_text.size(); ++at) {
    if (text.find(secret_text.substr(at, 8)) != std::string::npos) {
      return true;
    }
  }
  return false;
}

rc::Gen<std::string> any_bytes() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

// Fragments of JSON, so that many texts are almost valid.
rc::Gen<std::string> json_like() {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"{",
                                                                 "}",
                                                                 "[",
                                                                 "]",
                                                                 ",",
                                                                 ":",
                                                                 "\"",
                                                                 "\\",
                                                                 " ",
                                                                 "\"access_token\"",
                                                                 "\"expires_in\"",
                                                                 "\"expires_on\"",
                                                                 "\"refresh_in\"",
                                                                 "\"token_type\"",
                                                                 "\"error\"",
                                                                 "\"message\"",
                                                                 "\"T\"",
                                                                 "3600",
                                                                 "-1",
                                                                 "1.0",
                                                                 "1e999",
                                                                 "null",
                                                                 "true",
                                                                 "\"3600\"",
                                                                 "\"\\u0000\"",
                                                                 "\"\\ud800\"",
                                                                 "\xef\xbb\xbf",
                                                                 "\xff",
                                                                 std::string{"\0", 1},
                                                                 "\"3333-11-22T04:05:06Z\""});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const auto& each : pieces) {
                          text += each;
                        }
                        return text;
                      });
}

std::string valid_body() {
  return R"({"access_token":")" + secret_text +
         R"(","client_id":"c","expires_in":"86399","expires_on":"1700086399",)"
         R"("refresh_in":43200,"resource":"https://vault.azure.net","token_type":"Bearer"})";
}

// Replaces, removes, adds or repeats a few bytes, or truncates the text.
std::string mutated(std::string text) {
  const auto changes = *rc::gen::inRange(1, 5);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto size = *rc::gen::inRange<std::size_t>(1, 20);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        text[at] = *rc::gen::arbitrary<char>();
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.insert(at, *any_bytes());
        break;
      case 3:
        text.insert(at, text.substr(at, size));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("arbitrary bytes neither crash the parser nor yield a token") {
  CHECK(rc::check("arbitrary bytes", [] {
    const auto body = *any_bytes();
    const auto grant =
        decode(*rc::gen::element(200, 202, 302, 400, 404, 429, 500), body, *any_bytes());
    RC_ASSERT(is_sound(grant, body));
  }));
}

TEST_CASE("texts that are almost JSON neither crash the parser nor yield a wrong token") {
  CHECK(rc::check("almost JSON", [] {
    const auto body = *json_like();
    const auto grant = decode(*rc::gen::element(200, 400, 500), body);
    RC_ASSERT(is_sound(grant, body));
  }));
}

TEST_CASE("a damaged response yields the token in it, or an error that does not show the token") {
  int granted = 0;
  CHECK(rc::check("damaged response", [&granted] {
    const auto body = mutated(valid_body());
    const auto grant = decode(200, body);
    granted += grant ? 1 : 0;
    RC_ASSERT(is_sound(grant, body));
    RC_ASSERT(!shows_secret(grant));
  }));
  // Otherwise the damage was too great to test anything.
  CHECK(granted > 0);
}

TEST_CASE("a token in a response with an error status is not shown") {
  CHECK(rc::check("token with an error status", [] {
    auto body = valid_body();
    if (*rc::gen::arbitrary<bool>()) {
      body.resize(*rc::gen::inRange<std::size_t>(0, body.size()));
    }
    const auto grant = decode(*rc::gen::element(201, 202, 302, 400, 404, 429, 500), body);
    RC_ASSERT(!grant.has_value());
    RC_ASSERT(is_fit_to_show(grant.error()));
    RC_ASSERT(!shows_secret(grant));
  }));
}

}  // namespace imds_property_test
