// Tokens of an earlier process in the table.
#include "tests/published/token_table_fixture.hpp"
#include "tests/support/catch.hpp"

namespace loaded_token_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::tables;
using namespace std::chrono_literals;

namespace {

bool load(token_table& table, const std::string& resource, seconds usable, seconds refresh_in,
          const clock_reading& at = now) {
  return table.publish_loaded(key(resource), token_named("loaded " + resource),
                              lasting(usable, refresh_in, at), at);
}

token_table::refresh_step begin_refresh(token_table& table, const std::string& resource,
                                        const clock_reading& at) {
  return table.begin_refresh(*table.find_slot(key(resource)), at).step;
}

}  // namespace

TEST_CASE("a loaded token is found, and comes from the cache") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  const auto found = table.find(key("a"), now);
  CHECK(text_of(found) == "loaded a");
  CHECK(found->token.source() == token_source::cache);
}

TEST_CASE("a loaded token replaces no token that may be handed out") {
  token_table table;
  publish(table, "a", 1h, 30min);
  CHECK_FALSE(load(table, "a", 24h, 12h));
  CHECK(text_of(table.find(key("a"), now)) == "token of a");
  CHECK(load(table, "a", 24h, 12h, now + 1h));
  CHECK(text_of(table.find(key("a"), now + 1h)) == "loaded a");
}

TEST_CASE("any acquired token replaces a loaded one") {
  token_table table;
  const auto first = table.next_attempt();
  REQUIRE(load(table, "a", 24h, 12h));
  CHECK(table.publish(key("a"), token_named("acquired"), lasting(24h, 12h), now,
                      token_table::token_changed::yes, first));
  CHECK(text_of(table.find(key("a"), now)) == "acquired");
}

TEST_CASE("a loaded token that was not looked up is not refreshed") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  CHECK(begin_refresh(table, "a", now + 11h) == token_table::refresh_step::none);
  CHECK(begin_refresh(table, "a", now + 12h) == token_table::refresh_step::unused);
  CHECK(begin_refresh(table, "a", now + 23h) == token_table::refresh_step::unused);
  CHECK(table.size() == 1);
}

TEST_CASE("the first reader of a loaded token after its refresh time reports the refresh") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  REQUIRE(begin_refresh(table, "a", now + 12h) == token_table::refresh_step::unused);
  const auto found = table.find(key("a"), now + 13h);
  REQUIRE(found);
  CHECK(found->refresh_overdue);
  CHECK_FALSE(table.find(key("a"), now + 13h)->refresh_overdue);
  CHECK(begin_refresh(table, "a", now + 13h) == token_table::refresh_step::begun);
}

TEST_CASE("a loaded token that was looked up within the same second is refreshed at its time") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  REQUIRE(table.find(key("a"), now));
  CHECK(begin_refresh(table, "a", now + 12h) == token_table::refresh_step::begun);
}

TEST_CASE("a loaded token that is no longer usable leaves the table, looked up or not") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  CHECK(begin_refresh(table, "a", now + 24h) == token_table::refresh_step::dropped);
  CHECK(table.size() == 0);
  REQUIRE(load(table, "b", 24h, 12h));
  CHECK(table.drop_idle(now + 23h, {}).empty());
  CHECK(resources_of(table.drop_idle(now + 24h, {})) == keys{"b"});
}

TEST_CASE("a loaded token that is not looked up leaves the table when the idle time has passed") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  CHECK(table.drop_idle(now + 50s, 60s).empty());
  CHECK(resources_of(table.drop_idle(now + 60s, 60s)) == keys{"a"});
}

TEST_CASE("an acquired token that replaces a loaded one counts as used") {
  token_table table;
  REQUIRE(load(table, "a", 24h, 12h));
  publish(table, "a", 24h, 12h, now + 20h);
  CHECK(begin_refresh(table, "a", now + 32h) == token_table::refresh_step::begun);
}

}  // namespace loaded_token_test
