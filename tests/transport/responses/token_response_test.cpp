#include "transport/responses/token_response.hpp"

#include "tests/support/catch.hpp"
#include <midas/access_token.hpp>

#include <optional>
#include <string>

namespace token_response_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};

expected<token_grant> read(std::string_view body) {
  http_response response;
  response.status = 200;
  response.body = body;
  return read_token_response("IMDS", std::move(response), now);
}

// A body with these members in addition to the token.
expected<token_grant> read_with(const std::string& members) {
  return read(R"({"access_token":"T",)" + members + "}");
}

std::string message_of(const expected<token_grant>& grant) {
  return grant ? "no error" : grant.error().message;
}

}  // namespace

TEST_CASE("a token is read from the known responses of the hosts") {
  const auto [body, token, life] = GENERATE(table<std::string, std::string, std::int64_t>({
      {R"({"access_token": "AT", "expires_in": "7890", "resource": "R"})", "AT", 7890},
      {R"({"access_token":"fake-access-token","expires_in":600,)"
       R"("resource":"https://management.azure.com","token_type":"Bearer"})",
       "fake-access-token", 600},
      {R"({"access_token":"some-access-token","expires_on":"1700003600",)"
       R"("resource":"https://management.azure.com/","token_type":"Bearer","client_id":"c"})",
       "some-access-token", 3600},
      {R"({"expires_in":3600, "access_token":"ACCESSTOKEN1"})", "ACCESSTOKEN1", 3600},
      {R"({"access_token":"B/.default","expires_in":3600,"token_type":"Bearer"})", "B/.default",
       3600},
      {R"({"access_token":"a.b-c_d~e+f/g==","client_id":"c","expires_in":"86399",)"
       R"("expires_on":"1700086399","ext_expires_in":"86399","not_before":"1699999700",)"
       R"("refresh_token":"","resource":"https://vault.azure.net","token_type":"Bearer"})",
       "a.b-c_d~e+f/g==", 86399},
      {"\xef\xbb\xbf \r\n"
       R"({ "access_token" : "\u0041\/" , "expires_in" : 60.0 })"
       "\n",
       "A/", 60},
  }));
  const auto grant = read(body);
  REQUIRE(grant);
  CHECK(grant->token == secret{token});
  CHECK(grant->token_type == "Bearer");
  CHECK(grant->expires_on == now + std::chrono::seconds{life});
  CHECK(grant->resource.empty());
}

TEST_CASE("the expiry is read from numbers and from strings") {
  const auto [members, expires_on] = GENERATE(table<std::string, std::int64_t>({
      {R"("expires_in":3600)", 1700003600},
      {R"("expires_in":"3600")", 1700003600},
      {R"("expires_in":3600.0)", 1700003600},
      {R"("expires_in":"3600.0")", 1700003600},
      {R"("expires_on":43040261106)", 43040261106},
      {R"("expires_on":"43040261106")", 43040261106},
      {R"("expires_on":43040261106.0)", 43040261106},
      {R"("expires_on":"3333-11-22T04:05:06.000Z")", 43040261106},
      {R"("expires_on":"11/22/3333 04:05:06 AM +00:00")", 43040261106},
      {R"("expires_on":"3333-11-22 04:05:06")", 43040261106},
      {R"("expires_on":"Sat, 22 Nov 3333 04:05:06 GMT")", 43040261106},
      {R"("expires_on":3600)", 1700003600},
      {R"("expires_on":"3600")", 1700003600},
  }));
  const auto grant = read_with(members);
  REQUIRE(grant);
  CHECK(grant->expires_on.time_since_epoch().count() == expires_on);
}

TEST_CASE("a member with an expiry that cannot be read does not hide the other one") {
  const std::string members = GENERATE(as<std::string>{}, R"("expires_on":"x","expires_in":60)",
                                       R"("expires_in":60,"expires_on":null)");
  CHECK(read_with(members)->expires_on == now + 60s);
}

TEST_CASE("expires_on is used if expires_in is absent or unreadable") {
  const std::string members = GENERATE(
      as<std::string>{}, R"("expires_in":null,"expires_on":1700003600)",
      R"("expires_in":"","expires_on":1700003600)", R"("expires_in":"x","expires_on":1700003600)",
      R"("expires_in":1.5,"expires_on":1700003600)", R"("expires_in":{},"expires_on":1700003600)",
      R"("expires_in":true,"expires_on":1700003600)",
      R"("expires_in":60,"expires_in":null,"expires_on":1700003600)");
  CHECK(read_with(members)->expires_on == now + 1h);
}

TEST_CASE("an absent expiry is reported as missing") {
  const std::string members = GENERATE(
      as<std::string>{}, R"("resource":"R")", R"("expires_in":"")", R"("expires_in":null)",
      R"("expires_in":null,"expires_on":null)", R"("expires_on":"")", R"("Expires_In":3600)",
      R"("nested":{"expires_in":3600})", R"("expires_in":3600,"expires_in":null)");
  const auto grant = read_with(members);
  REQUIRE(!grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK(message_of(grant).find("expiry missing") != std::string::npos);
}

TEST_CASE("an unreadable expiry is reported as unreadable") {
  const std::string members = GENERATE(
      as<std::string>{}, R"("expires_in":"unknown format")", R"("expires_on":"unknown format")",
      R"("expires_in":3600.5)", R"("expires_in":3.6e3)", R"("expires_in":true)",
      R"("expires_in":[3600])", R"("expires_on":{"x":3600})",
      R"("expires_in":99999999999999999999)", R"("expires_on":1e999)",
      R"("expires_on":253402300800)", R"("expires_in":253402300800)",
      R"("expires_on":"2023-02-29T04:05:06Z")", R"("expires_in":" 3600")");
  const auto grant = read_with(members);
  REQUIRE(!grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK(message_of(grant).find("expiry missing") == std::string::npos);
}

TEST_CASE("a token that has already expired is rejected") {
  const std::string members =
      GENERATE(as<std::string>{}, R"("expires_in":0)", R"("expires_in":"0")", R"("expires_in":-1)",
               R"("expires_in":"-3600")", R"("expires_on":1700000000)",
               R"("expires_on":"1699999999")", R"("expires_on":-5)", R"("expires_on":0)",
               R"("expires_on":978307200)", R"("expires_on":"2001-01-01T00:00:00Z")",
               R"("expires_in":0,"expires_on":1700003600)", R"("expires_in":-999999999999999999)");
  const auto grant = read_with(members);
  REQUIRE(!grant);
  CHECK(message_of(grant).find("already expired") != std::string::npos);
}

TEST_CASE("a value that is not a token is rejected") {
  const std::string member =
      GENERATE(as<std::string>{}, R"("x":1)", R"("access_token":null)", R"("access_token":"")",
               R"("access_token":7)", R"("access_token":true)", R"("access_token":["T"])",
               R"("access_token":{"token":"T"})", R"("access_token":"T ")", R"("access_token":" ")",
               R"("access_token":" T")", R"("access_token":"T\r\nX-Evil: 1")",
               R"("access_token":"T\u0000")", R"("access_token":"T\t")",
               R"("access_token":"\u00e9")", R"("access_token":"\u007f")", R"("Access_Token":"T")",
               R"("nested":{"access_token":"T"})", R"("access_token":"T","access_token":null)",
               R"("access_token":"T","access_token":"")", R"("access_token\u0000":"T")");
  const auto grant = read("{" + member + R"(,"expires_in":3600})");
  REQUIRE(!grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK(message_of(grant).find("access token") != std::string::npos);
}

TEST_CASE("a token may contain every printable ASCII character, and spaces except at its ends") {
  for (int c = 0x21; c <= 0x7e; ++c) {
    if (c != '"' && c != '\\') {
      const std::string token(1, static_cast<char>(c));
      CHECK(read(R"({"access_token":")" + token + R"(","expires_in":1})")->token == secret{token});
    }
  }
  CHECK(read(R"({"access_token":"\"\\","expires_in":1})")->token == secret{"\"\\"});
  CHECK(read(R"({"access_token":"a token","expires_in":1})")->token == secret{"a token"});
}

TEST_CASE("among members of a token response with the same name, the last one wins") {
  const auto grant = read(R"({"access_token":"first","expires_in":1,"token_type":"a",)"
                          R"("access_token":"last","expires_in":2,"token_type":"b"})");
  REQUIRE(grant);
  CHECK(grant->token == secret{"last"});
  CHECK(grant->expires_on == now + 2s);
  CHECK(grant->token_type == "b");
}

TEST_CASE("the token type is Bearer if it is absent") {
  const auto [members, type] = GENERATE(table<std::string, std::string>({
      {R"("token_type":"Bearer")", "Bearer"},
      {R"("token_type":"bearer")", "bearer"},
      {R"("token_type":"mtls_pop")", "mtls_pop"},
      {R"("token_type":")" + std::string(64, 'x') + '"', std::string(64, 'x')},
      {R"("token_type":null)", "Bearer"},
      {R"("token_type":"")", "Bearer"},
      {R"("x":1)", "Bearer"},
  }));
  CHECK(read_with(R"("expires_in":3600,)" + members)->token_type == type);
}

TEST_CASE("a token type that is not a word is rejected, since it is sent in a header") {
  const std::string type = GENERATE(as<std::string>{}, R"("a b")", R"("Bearer\r\nX-Evil: 1")", "7",
                                    "{}", R"("\u00e9")", "\"" + std::string(65, 'x') + "\"");
  const auto grant = read_with(R"("expires_in":3600,"token_type":)" + type);
  CHECK(message_of(grant).find("token type") != std::string::npos);
}

TEST_CASE("refresh_in is used if it is within the token's lifetime") {
  const auto [refresh_in, refresh_on] =
      GENERATE(table<std::string, std::optional<std::chrono::seconds>>({
          {"43200", 43200s},
          {R"("43200")", 43200s},
          {"43200.0", 43200s},
          {"86399", 86399s},
          {"1", 1s},
          {"86400", std::nullopt},
          {"0", std::nullopt},
          {"-1", std::nullopt},
          {"null", std::nullopt},
          {R"("")", std::nullopt},
          {R"("soon")", std::nullopt},
          {"1.5", std::nullopt},
          {"{}", std::nullopt},
          {"999999999999999999", std::nullopt},
      }));
  const auto grant = read_with(R"("expires_in":86400,"refresh_in":)" + refresh_in);
  REQUIRE(grant);
  CHECK(grant->refresh_on.has_value() == refresh_on.has_value());
  if (refresh_on) {
    CHECK(grant->refresh_on == now + *refresh_on);
  }
}

TEST_CASE("without refresh_in there is no refresh hint") {
  CHECK_FALSE(read_with(R"("expires_in":86400)")->refresh_on);
}

TEST_CASE("a body that is not a JSON object is rejected") {
  const auto [body, what] = GENERATE(table<std::string, std::string>({
      {"", "empty body"},
      {R"({"access_token": "tetant","expires_in": 3600,"token_type": "Bearer")", "parsed"},
      {R"(|"access_token":"some-access-token","expires_on":"1700003600"})", "parsed"},
      {R"({"access_token":"T","expires_in":3600} trailing)", "parsed"},
      {R"({"access_token":"T","expires_in":3600}{})", "parsed"},
      {std::string{R"({"access_token":"T","expires_in":3600})"} + '\0' + "x", "parsed"},
      {std::string{"\0", 1}, "parsed"},
      {"{\"access_token\":\"T\xff\",\"expires_in\":3600}", "parsed"},
      {"{\"access_token\":\"T\",\"expires_in\":3600,\"x\":\"\xc3\"}", "parsed"},
      {"{\"access_token\":\"T\",\"expires_in\":3600,\"\xed\xa0\x80\":1}", "parsed"},
      {"<html>access_token</html>", "a page, not JSON (not shown"},
      {R"(access_token=T&expires_in=3600)", "parsed"},
      {std::string(1U << 20U, '['), "not an object"},
      {R"({"access_token":"T","expires_in":3600,"x":)" + std::string(1U << 20U, '['), "parsed"},
      {R"([{"access_token":"T","expires_in":3600}])", "not an object"},
      {R"("T")", "not an object"},
      {"null", "not an object"},
      {"{}", "an empty object"},
  }));
  const auto grant = read(body);
  REQUIRE(!grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK(message_of(grant).find(what) != std::string::npos);
}

TEST_CASE("a large body is read") {
  const std::string token(1'000'000, 'x');
  CHECK(read(R"({"access_token":")" + token + R"(","expires_in":60})")->token == secret{token});
}

TEST_CASE("an error has the source, the status and the shape of the body, but no value from it") {
  const auto grant = read(R"({"access_token":"SECRET","expires_in":null,"x":"SECRET","SECRET":1})");
  REQUIRE(!grant);
  CHECK(grant.error().source == "IMDS");
  CHECK(grant.error().http_status == 200);
  CHECK(!grant.error().advice.empty());
  CHECK(message_of(grant).find("(access_token: string, expires_in: null, 2 other members)") !=
        std::string::npos);
  CHECK(to_string(grant.error()).find("SECRET") == std::string::npos);
}

TEST_CASE("an error about a body with a token never shows the token") {
  const std::string body = GENERATE(
      as<std::string>{}, R"({"access_token":"SECRET","expires_in":0})",
      R"({"access_token":"SECRET","expires_in":"x"})", R"({"access_token":"SECRET SECRET"})",
      R"({"access_token":"SECRET","expires_in":1)", R"(["SECRET"])", R"("SECRET")",
      R"({"SECRET":{"SECRET":1}})", R"({"access_token":{"SECRET":"SECRET"}})",
      R"({"access_token":"SECRET","token_type":"SECRET ","expires_in":1})", "SECRET");
  const auto grant = read(body);
  REQUIRE(!grant);
  CHECK(to_string(grant.error()).find("SECRET") == std::string::npos);
}

}  // namespace token_response_test
