#include "actors/policies/stored_validity.hpp"

#include "tests/support/catch.hpp"

namespace stored_validity_test {

using namespace midas;
using namespace midas::internal;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::chrono::sys_seconds acquired_at{seconds{1'800'000'000}};

stored_token token_of(seconds life) {
  stored_token result;
  result.grant.expires_on = acquired_at + life;
  result.cached_at = acquired_at;
  return result;
}

// The machine started a minute before.
clock_reading reading_at(seconds age) {
  return {acquired_at + age, boot_clock::time_point{minutes{1}}};
}

}  // namespace

TEST_CASE("a stored token is used until five minutes before it expires") {
  const auto token = token_of(hours{24});
  CHECK(validity_of(token, reading_at(seconds{0}), 0));
  CHECK(validity_of(token, reading_at(hours{24} - minutes{5} - seconds{1}), 0));
  CHECK_FALSE(validity_of(token, reading_at(hours{24} - minutes{5}), 0));
  CHECK_FALSE(validity_of(token, reading_at(hours{25}), 0));
}

TEST_CASE("a stored token of a short life is used for the first half of it") {
  CHECK(validity_of(token_of(minutes{8}), reading_at(minutes{4} - seconds{1}), 0));
  CHECK_FALSE(validity_of(token_of(minutes{8}), reading_at(minutes{4}), 0));
}

TEST_CASE("the age of a stored token counts on both clocks") {
  const auto now = reading_at(hours{10});
  const auto validity = validity_of(token_of(hours{24}), now, 0);
  REQUIRE(validity);
  CHECK(validity->end.wall == acquired_at + hours{24} - minutes{5});
  CHECK(validity->end.boot == now.boot + hours{14} - minutes{5});
  CHECK(validity->refresh_at == now.boot + hours{2});
}

TEST_CASE("the refresh of a stored token is due at once if its time has passed") {
  const auto now = reading_at(hours{13});
  const auto validity = validity_of(token_of(hours{24}), now, 0);
  REQUIRE(validity);
  CHECK(validity->refresh_at == now.boot - hours{1});
}

TEST_CASE("a stored token from the future is not used") {
  CHECK_FALSE(validity_of(token_of(hours{24}), reading_at(seconds{-1}), 0));
}

TEST_CASE("a stored token with impossible times is not used") {
  auto token = token_of(hours{24});
  const auto now = reading_at(seconds{0});
  token.cached_at = std::chrono::sys_seconds::min();
  CHECK_FALSE(validity_of(token, now, 0));
  token.cached_at = std::chrono::sys_seconds{seconds{-1}};
  CHECK_FALSE(validity_of(token, now, 0));
  token.cached_at = std::chrono::sys_seconds{};
  CHECK(validity_of(token, now, 0));
  token.cached_at = acquired_at;
  token.grant.expires_on = acquired_at - hours{1};
  CHECK_FALSE(validity_of(token, now, 0));
  token.grant.expires_on = std::chrono::sys_seconds::max();
  CHECK(validity_of(token, now, 0));
}

TEST_CASE(
    "of two stored tokens the newer one is used, and of two of one age the longer-lived one") {
  const auto older = token_of(hours{24});
  auto newer = token_of(hours{2});
  newer.cached_at += seconds{1};
  auto longer = token_of(hours{25});
  const auto usable = [](const stored_token& token) {
    return usable_stored_token{&token, validity_of(token, reading_at(minutes{1}), 0).value()};
  };
  CHECK(takes_precedence(usable(newer), usable(older)));
  CHECK(takes_precedence(usable(newer), usable(longer)));
  CHECK_FALSE(takes_precedence(usable(longer), usable(newer)));
  CHECK(takes_precedence(usable(longer), usable(older)));
  CHECK_FALSE(takes_precedence(usable(older), usable(longer)));
  CHECK_FALSE(takes_precedence(usable(older), usable(older)));
}

}  // namespace stored_validity_test
