#include "transport/formats/claims.hpp"

#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/claims_challenge.hpp>

#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::any_text;

namespace {

const std::string claims = R"({"access_token":{"nbf":{"essential":true,"value":"1604106651"}}})";
const std::string claims_in_base64 =
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  }
  return result;
}

std::string bearer(const std::string& value) {
  return R"(Bearer realm="", error="insufficient_claims", claims=")" + value + "\"";
}

error refusal(const std::string& header) {
  const auto result = parse_claims_challenge(header);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::invalid_claims);
  CHECK_FALSE(result.error().advice.empty());
  return result.error();
}

}  // namespace

TEST_CASE("the claims of a challenge are decoded from base64, base64url or a quoted string") {
  CHECK(parse_claims_challenge(bearer(claims_in_base64)) == claims);
  CHECK(parse_claims_challenge(bearer(claims_in_base64.substr(0, claims_in_base64.size() - 2))) ==
        claims);
  CHECK(parse_claims_challenge(bearer(escaped(claims))) == claims);
  CHECK(parse_claims_challenge("Bearer claims=" + claims_in_base64 + ", error=x") == claims);
  // {"a":"~~~???"} in both alphabets.
  CHECK(parse_claims_challenge(bearer("eyJhIjoifn5+Pz8/In0=")) == R"({"a":"~~~???"})");
  CHECK(parse_claims_challenge(bearer("eyJhIjoifn5-Pz8_In0")) == R"({"a":"~~~???"})");
  // A byte-order mark and white space around the object.
  CHECK(parse_claims_challenge(bearer("77u/IHt9Cg==")) == "{}");
  CHECK(parse_claims_challenge(bearer(" {} ")) == "{}");
}

TEST_CASE("of several challenges, the one with insufficient claims is used, then Bearer's") {
  const std::string others =
      "Negotiate YII=, PoP claims=\"eyJwIjowfQ==\", Bearer error=\"invalid_token\", "
      "claims=\"eyJpIjowfQ==\"";
  CHECK(parse_claims_challenge(others + ", " + bearer(claims_in_base64)) == claims);
  CHECK(parse_claims_challenge(others) == R"({"i":0})");
  CHECK(parse_claims_challenge("PoP claims=\"eyJwIjowfQ==\", Bearer realm=\"\"") == R"({"p":0})");
  CHECK(parse_claims_challenge("Bearer claims=\"eyJpIjowfQ==\", Bearer claims=\"e30=\"") ==
        R"({"i":0})");
}

TEST_CASE("claims that are not a JSON object are refused, and not shown") {
  const auto [value, found] = GENERATE(table<std::string, std::string>({
      {"", "empty"},
      {" ", "empty"},
      {"c2VjcmV0", "the base64 of a text that is not JSON"},
      {"W10=", "the base64 of JSON that is not an object"},
      {"[1]", "JSON, but not an object"},
      {"17", "JSON, but not an object"},
      {"{secret", "malformed JSON"},
      {"{}{}", "malformed JSON"},
      {"secret!", "neither JSON nor base64"},
  }));
  const auto problem = refusal(bearer(value));
  CHECK(problem.message ==
        "the claims in the WWW-Authenticate header are " + found + "; a JSON object is required");
}

TEST_CASE("a header without claims is refused, and the error describes it") {
  const auto [header, found] = GENERATE(table<std::string, std::string>({
      {"", "is empty"},
      {"Bearer realm=\"secret\", Basic", "has no claims in its challenges, of which there are 2"},
      {"Bearer realm=\"x\", claims=\"secret",
       "is malformed from character 19 on, and has no claims before"},
  }));
  const auto problem = refusal(header);
  CHECK(problem.message == "the WWW-Authenticate header " + found);
}

TEST_CASE("claims are found before the malformed part of a header") {
  CHECK(parse_claims_challenge(bearer(claims_in_base64) + ", x=\"") == claims);
}

TEST_CASE("claims are checked to be a JSON object") {
  CHECK(check_claims("{}"));
  CHECK(check_claims(claims));
  const auto problem = check_claims(claims_in_base64);
  REQUIRE_FALSE(problem);
  CHECK_THAT(problem.error().message, StartsWith("the claims are the base64 of a JSON object"));
  CHECK_THAT(problem.error().advice, Contains("parse_claims_challenge()"));
  CHECK(check_claims(std::string(16'384, '[')).error().code == errc::invalid_claims);
}

TEST_CASE("any header is read or refused, and what is returned is a JSON object") {
  const auto holds = rc::check("any header", [] {
    // Each piece of a header, several of them, in any order.
    const auto piece = rc::gen::oneOf(
        rc::gen::elementOf(std::vector<std::string>{
            "Bearer ", "Basic ", "claims=", "error=", "\"insufficient_claims\"", "\"", "\\", ", ",
            "=", "e30=", "\"e30\"", "\"{}\"", "{", "}", claims_in_base64, "PoP "}),
        any_text());
    std::string header;
    for (const auto& each : *rc::gen::container<std::vector<std::string>>(piece)) {
      header += each;
    }
    const auto result = parse_claims_challenge(header);
    if (result) {
      RC_ASSERT(check_claims(*result).has_value());
      RC_ASSERT(result->starts_with('{') && result->ends_with('}'));
    } else {
      RC_ASSERT(result.error().code == errc::invalid_claims);
    }
  });
  CHECK(holds);
}

TEST_CASE("a claims object is read back from any header that quotes it") {
  const auto holds = rc::check("quoted claims", [] {
    std::string member;
    for (const auto& code : *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'))) {
      member += code == '"' || code == '\\' ? '_' : code;
    }
    const auto object = "{\"" + member + R"(":{"a\"b":[1,"\\"]}})";
    RC_ASSERT(parse_claims_challenge("Basic realm=\"" + escaped(object) + "\", " +
                                     bearer(escaped(object))) == object);
  });
  CHECK(holds);
}
