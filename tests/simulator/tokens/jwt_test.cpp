#include "simulator/tokens/jwt.hpp"

#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>
#include <utility>

using namespace midas::internal::simulator;
using namespace midas::internal::test;

namespace {

jwt_claims sample_claims() {
  jwt_claims claims;
  claims.resource = "https://vault.azure.net";
  claims.client_id = "5151a7ed-0000-4000-8000-000000000011";
  claims.object_id = "5151a7ed-0000-4000-8000-000000000012";
  claims.resource_id =
      "/subscriptions/5151a7ed-0000-4000-8000-0000000000ff/resourceGroups/simulated"
      "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/simulated-identity";
  claims.tenant_id = "5151a7ed-0000-4000-8000-0000000000aa";
  claims.not_before = 1'800'000'000;
  claims.expires_on = 1'800'086'400;
  return claims;
}

std::string stamped(jwt_template token, std::uint64_t issuer, std::uint64_t serial) {
  stamp_unique_id(token.text.data() + token.unique_id_at, issuer, serial);
  return token.text;
}

}  // namespace

TEST_CASE("base64url matches the test vectors of RFC 4648 without padding") {
  CHECK(base64url("").empty());
  CHECK(base64url("f") == "Zg");
  CHECK(base64url("fo") == "Zm8");
  CHECK(base64url("foo") == "Zm9v");
  CHECK(base64url("foob") == "Zm9vYg");
  CHECK(base64url("fooba") == "Zm9vYmE");
  CHECK(base64url("foobar") == "Zm9vYmFy");
  CHECK(base64url("\xfb\xff\xfe") == "-__-");
}

TEST_CASE("decoding reverses base64url for every byte and length") {
  std::string bytes;
  for (int i = 0; i < 512; ++i) {
    CHECK(base64url_decode(base64url(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST_CASE("a token has the claims that it was made of") {
  const auto token = decode_token(stamped(make_jwt_template(sample_claims()), 1, 1));
  CHECK(text_of(token.header, "alg") == "RS256");
  CHECK(text_of(token.header, "typ") == "JWT");
  CHECK(text_of(token.payload, "aud") == "https://vault.azure.net");
  CHECK(text_of(token.payload, "iss") ==
        "https://sts.windows.net/5151a7ed-0000-4000-8000-0000000000aa/");
  CHECK(text_of(token.payload, "tid") == "5151a7ed-0000-4000-8000-0000000000aa");
  CHECK(text_of(token.payload, "appid") == "5151a7ed-0000-4000-8000-000000000011");
  CHECK(text_of(token.payload, "oid") == "5151a7ed-0000-4000-8000-000000000012");
  CHECK(text_of(token.payload, "sub") == "5151a7ed-0000-4000-8000-000000000012");
  CHECK(text_of(token.payload, "xms_mirid") == sample_claims().resource_id);
  CHECK(token.payload["iat"].GetInt64() == 1'800'000'000);
  CHECK(token.payload["nbf"].GetInt64() == 1'800'000'000);
  CHECK(token.payload["exp"].GetInt64() == 1'800'086'400);
  CHECK(text_of(token.payload, "uti").size() == 22);
}

TEST_CASE("a token is about 1.8 kB, and its signature says that it is simulated") {
  const auto text = make_jwt_template(sample_claims()).text;
  CHECK(text.size() > 1700);
  CHECK(text.size() < 1900);
  const auto token = decode_token(text);
  CHECK(token.signature.size() == 256);
  CHECK(token.signature.find("simulated") != std::string::npos);
}

TEST_CASE("the unique id is in place for all lengths of the claims before it") {
  auto claims = sample_claims();
  std::string resource = "https://";
  for (int i = 0; i < 9; ++i) {
    resource += 'x';
    claims.resource = resource;
    const auto made = make_jwt_template(claims);
    const auto token = decode_token(stamped(made, 5, 7));
    CHECK(text_of(token.payload, "aud") == resource);
    CHECK(text_of(token.payload, "uti") != text_of(decode_token(made.text).payload, "uti"));
    CHECK(text_of(token.payload, "ver") == "1.0");
  }
}

TEST_CASE("claims with special characters are escaped") {
  auto claims = sample_claims();
  claims.resource = "api://\"uti\":\"\\ \n\xc3\xa9/";
  claims.resource_id = R"(/"uti":"/)";
  const auto token = decode_token(stamped(make_jwt_template(claims), 1, 1));
  CHECK(text_of(token.payload, "aud") == claims.resource);
  CHECK(text_of(token.payload, "xms_mirid") == claims.resource_id);
  CHECK(text_of(token.payload, "uti").size() == 22);
}

TEST_CASE("tokens of alternating identities have the right claims") {
  const auto first = sample_claims();
  auto second = first;
  second.client_id = "22222222-2222-2222-2222-222222222222";
  auto third = first;
  third.resource_id = "/subscriptions/another";
  auto fourth = first;
  fourth.object_id = "33333333-3333-3333-3333-333333333333";
  auto fifth = first;
  fifth.tenant_id = "44444444-4444-4444-4444-444444444444";
  for (const auto& claims : {first, second, third, fourth, fifth, first}) {
    const auto token = decode_token(stamped(make_jwt_template(claims), 1, 1));
    CHECK(text_of(token.payload, "appid") == claims.client_id);
    CHECK(text_of(token.payload, "oid") == claims.object_id);
    CHECK(text_of(token.payload, "xms_mirid") == claims.resource_id);
    CHECK(text_of(token.payload, "tid") == claims.tenant_id);
  }
}

TEST_CASE("different serials and different issuers give different tokens") {
  const auto made = make_jwt_template(sample_claims());
  std::set<std::string> tokens;
  for (std::uint64_t issuer = 0; issuer < 10; ++issuer) {
    for (std::uint64_t serial = 0; serial < 200; ++serial) {
      tokens.insert(stamped(made, issuer, serial));
    }
  }
  CHECK(tokens.size() == 2000);
  CHECK(stamped(made, 3, 4) == stamped(made, 3, 4));
}
