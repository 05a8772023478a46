#include "tests/support/catch.hpp"
#include <midas/access_token.hpp>

#include <caf/deep_to_string.hpp>

#include <sstream>
#include <string>

using namespace midas;
using namespace std::chrono_literals;

namespace {

access_token some_token() {
  token_grant grant;
  grant.token = secret{"passphrase"};
  grant.resource = "https://vault.azure.net";
  // The year 3333, which 64 bits of nanoseconds cannot express.
  grant.expires_on = std::chrono::sys_seconds{43'040'261'106s};
  grant.refresh_on = std::chrono::sys_seconds{1'700'000'000s};
  return {std::move(grant), token_source::identity_provider};
}

}  // namespace

TEST_CASE("an access token shows everything but the token") {
  std::ostringstream out;
  out << some_token();
  CHECK(out.str() == to_string(some_token()));
  CHECK(out.str() ==
        "access_token(resource=https://vault.azure.net, token_type=Bearer, token=<redacted>, "
        "expires_on=3333-11-22T04:05:06Z, source=identity_provider)");
  CHECK(caf::deep_to_string(some_token()).find("passphrase") == std::string::npos);
}

TEST_CASE("an access token returns what was granted") {
  const auto token = some_token();
  CHECK_FALSE(token.empty());
  CHECK(token.token().reveal() == "passphrase");
  CHECK(token.token_type() == "Bearer");
  CHECK(token.expires_on().time_since_epoch() == 43'040'261'106s);
  CHECK(token.refresh_on() == std::chrono::sys_seconds{1'700'000'000s});
}

TEST_CASE("the Authorization header and the token share one piece of memory") {
  const auto token = some_token();
  CHECK(token.authorization_header().reveal() == "Bearer passphrase");
  CHECK(token.token().reveal().data() == token.authorization_header().reveal().data() + 7);
  CHECK(to_string(token.authorization_header()) == "<redacted>");

  token_grant grant;
  grant.token = secret{"T"};
  grant.token_type = "mtls_pop";
  const access_token other{std::move(grant), token_source::cache};
  CHECK(other.authorization_header().reveal() == "mtls_pop T");
  CHECK(other.token().reveal() == "T");
}

TEST_CASE("an access token outlives the one that it was copied, moved or assigned from") {
  auto token = some_token();
  access_token copy;
  {
    auto first = some_token();
    copy = first;
    access_token moved{std::move(first)};
    token = std::move(moved);
  }
  CHECK(token.token().reveal() == "passphrase");
  auto& same = token;
  token = same;
  CHECK(token.token().reveal() == "passphrase");
  token = {};
  CHECK(token.empty());
  CHECK(copy.token().reveal() == "passphrase");
}

TEST_CASE("copies of an access token share its secret") {
  const auto token = some_token();
  const auto copy = token;
  CHECK(copy.token().reveal().data() == token.token().reveal().data());
}

TEST_CASE("a token from the cache differs only in its source") {
  const auto token = some_token();
  const auto cached = token.from_cache();
  CHECK(cached.source() == token_source::cache);
  CHECK(token.source() == token_source::identity_provider);
  CHECK(cached.token().reveal().data() == token.token().reveal().data());
  CHECK(to_string(token_source::cache) == "cache");
}

TEST_CASE("a default-constructed access token is empty") {
  CHECK(access_token{}.empty());
  CHECK(access_token{}.from_cache().empty());
  CHECK(to_string(access_token{}) == "access_token()");
}

TEST_CASE("that the claims were not passed on is a property of an answer") {
  const auto token = some_token();
  CHECK_FALSE(token.claims_not_passed_on());
  const auto marked = token.with_claims_not_passed_on();
  CHECK(marked.claims_not_passed_on());
  CHECK(marked.source() == token_source::identity_provider);
  CHECK(marked.token() == token.token());
  CHECK_FALSE(token.claims_not_passed_on());
  // Copies and the answer from the cache keep it.
  auto copy = marked;
  CHECK(copy.from_cache().claims_not_passed_on());
  CHECK(copy.from_cache().source() == token_source::cache);
  copy = token;
  CHECK_FALSE(copy.claims_not_passed_on());
  CHECK(to_string(marked).ends_with(", source=identity_provider, claims_not_passed_on)"));
}
