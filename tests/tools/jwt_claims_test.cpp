#include "tools/token/jwt_claims.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::tools;
using Catch::Matchers::Contains;

TEST_CASE("only the claims of a JSON Web Token are shown, as indented JSON") {
  // The example of RFC 7515, appendix A.1.
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto claims = claims_of(token);
  REQUIRE(claims);
  CHECK(
      *claims ==
      "{\n  \"iss\": \"joe\",\n  \"exp\": 1300819380,\n  \"http://example.com/is_root\": true\n}");
}

TEST_CASE("claims of every length are decoded") {
  // {"a":""}, {"a":"x"}, {"a":"xy"}: all three remainders of base64url.
  CHECK(*claims_of(".eyJhIjoiIn0.") == "{\n  \"a\": \"\"\n}");
  CHECK(*claims_of(".eyJhIjoieCJ9.") == "{\n  \"a\": \"x\"\n}");
  CHECK(*claims_of(".eyJhIjoieHkifQ.") == "{\n  \"a\": \"xy\"\n}");
}

TEST_CASE("terminal control characters are escaped") {
  // {"a":"<ESC><U+202E>"}
  CHECK(*claims_of(".eyJhIjoiXHUwMDFi4oCuIn0.") == "{\n  \"a\": \"\\u001B\\u202E\"\n}");
}

TEST_CASE("a token that is not a JSON Web Token is rejected without being shown") {
  const std::string token =
      GENERATE(as<std::string>{}, "", "opaque", "a.b", "eyJhIjoxfQ.eyJhIjoxfQ.eyJhIjoxfQ.x.y",
               ".eyJhIjoxf.",     // cut in the middle of a character
               ".eyJhIjoxfQ==.",  // padded
               ".eyJh+joxfQ.",    // base64, but not base64url
               ".WzFd.",          // [1]
               ".MQ.",            // 1
               ".eyJhIjoxfSB4.",  // {"a":1} x
               ".eyJhIjoxfQ.",    // the only valid one
               "..");
  const auto claims = claims_of(token);
  if (token == ".eyJhIjoxfQ.") {
    CHECK(claims);
    return;
  }
  REQUIRE_FALSE(claims);
  CHECK(claims.error().code == errc::invalid_response);
  CHECK_FALSE(claims.error().advice.empty());
  if (!token.empty()) {
    CHECK_THAT(to_string(claims.error()), !Contains(token));
  }
}

TEST_CASE("claims nested deeper than any real ones are rejected") {
  // {"a":[[[... in base64url.
  std::string middle = "eyJhIjpb";
  for (int i = 0; i < 100'000; ++i) {
    middle += "W1tb";
  }
  CHECK_FALSE(claims_of("." + middle + "."));
  // {"a":[[[[]]]]}, {"a":{"b":{"c":{}}}}
  CHECK(claims_of(".eyJhIjpbW1tbXV1dXX0."));
  CHECK(claims_of(".eyJhIjp7ImIiOnsiYyI6e319fX0."));
}

TEST_CASE("claims may have any number of sibling objects and arrays") {
  // {"a":[{},{},...]}
  std::string middle = "eyJhIjpbe30s";
  for (int i = 0; i < 100; ++i) {
    middle += "e30s";
  }
  CHECK(claims_of("." + middle + "e31dfSAg."));
}
