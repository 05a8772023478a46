#include <midas/actors/refresh_policy.hpp>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using midas::access_token;
using midas::token_grant;

namespace {

const std::chrono::sys_seconds now{1'900'000'000s};

access_token token_with(std::chrono::seconds life,
                        std::optional<std::chrono::sys_seconds> refresh_on = {}) {
  token_grant grant;
  grant.token = midas::secret{"T"};
  grant.expires_on = now + life;
  grant.refresh_on = refresh_on;
  return {grant, midas::token_source::identity_provider};
}

}  // namespace

TEST_CASE("a token is usable while it has more than 300 seconds left") {
  CHECK(is_usable(token_with(301s), now));
  CHECK_FALSE(is_usable(token_with(300s), now));
  CHECK_FALSE(is_usable(token_with(-1s), now));
  CHECK_FALSE(is_usable(access_token{}, now));
}

TEST_CASE("a token is fresh until it should be renewed") {
  CHECK(is_fresh(token_with(24h), now));
  CHECK(is_fresh(token_with(24h, now + 1s), now));
  CHECK_FALSE(is_fresh(token_with(24h, now), now));
  CHECK_FALSE(is_fresh(token_with(300s), now));
}

TEST_CASE("a token that lives two hours or longer is renewed at half of its life") {
  token_grant grant;
  grant.expires_on = now + 7'890s;
  CHECK(refresh_on(grant, now) == now + 3'945s);
  grant.expires_on = now + 7'200s;
  CHECK(refresh_on(grant, now) == now + 3'600s);
  grant.expires_on = now + 7'199s;
  CHECK(refresh_on(grant, now) == std::nullopt);
}

TEST_CASE("what the endpoint says about renewal goes before half of the life") {
  token_grant grant;
  grant.expires_on = now + 24h;
  grant.refresh_on = now + 60s;
  CHECK(refresh_on(grant, now) == now + 60s);
}

TEST_CASE("a token that expires in the year 3333 overflows nothing") {
  token_grant grant;
  grant.expires_on = std::chrono::sys_seconds{43'040'261'106s};
  CHECK(is_usable(access_token{grant, midas::token_source::cache}, now));
  CHECK(refresh_on(grant, now) > now);
}
