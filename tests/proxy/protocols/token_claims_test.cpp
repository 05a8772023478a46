#include "proxy/protocols/token_claims.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal::proxy;

TEST_CASE("a reply shows the client id and the beginning of a token that says them") {
  // {"appid":"app-1","nbf":1700000000}
  const auto claims = claims_of("e30.eyJhcHBpZCI6ImFwcC0xIiwibmJmIjoxNzAwMDAwMDAwfQ.sig");
  CHECK(claims.client_id == "app-1");
  CHECK(claims.not_before == "1700000000");
}

TEST_CASE("the client id of a token of version 2 is its azp") {
  // {"azp":"app-2"}
  CHECK(claims_of("e30.eyJhenAiOiJhcHAtMiJ9.sig").client_id == "app-2");
}

TEST_CASE("a token that cannot be read, or says something else, shows nothing") {
  const auto* token = GENERATE("", "opaque", "a.b", "a.%.c", "a.e30.c", "a.bm90IGpzb24.c", "..",
                               // {"appid":7,"nbf":"soon"} and {"nbf":-1.5}
                               "a.eyJhcHBpZCI6NywibmJmIjoic29vbiJ9.c", "a.eyJuYmYiOi0xLjV9.c");
  const auto claims = claims_of(token);
  CHECK(claims.client_id.empty());
  CHECK(claims.not_before.empty());
}
