// Tokens that leave the table on demand.
#include "tests/published/token_table_fixture.hpp"
#include "tests/support/catch.hpp"

namespace token_table_drop_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::tables;
using namespace std::chrono_literals;

namespace {

const auto every_key = [](const token_key&) { return true; };
const auto is_a = [](const token_key& each) { return each.resource == "a"; };

bool publish_from(token_table& table, const std::string& resource, token_table::attempt from) {
  return table.publish(key(resource), token_named("token of " + resource), lasting(24h, 12h), now,
                       token_table::token_changed::yes, from);
}

}  // namespace

TEST_CASE("the selected tokens leave the table, and the others stay") {
  token_table table;
  publish(table, "a", 24h, 12h);
  publish(table, "b", 24h, 12h);
  const auto slot = table.find_slot(key("a"));
  CHECK(resources_of(table.drop_if(is_a)) == keys{"a"});
  CHECK_FALSE(table.find(key("a"), now));
  CHECK(text_of(table.find(key("b"), now)) == "token of b");
  CHECK(slot->refresh() == published_slot::no_refresh);
  CHECK(table.drop_if(is_a).empty());
  CHECK(sorted(table.drop_if(every_key)) == keys{"b"});
  CHECK(table.size() == 0);
}

TEST_CASE("a token that is asked for after a drop is published") {
  token_table table;
  publish(table, "a", 24h, 12h);
  table.drop_if(every_key);
  CHECK(publish_from(table, "a", table.next_attempt()));
  CHECK(table.find(key("a"), now));
}

TEST_CASE("a token that was asked for before a drop is not published after it") {
  token_table table;
  publish(table, "a", 24h, 12h);
  const auto before = table.next_attempt();
  const auto cold = table.next_attempt();
  table.drop_if(every_key);
  CHECK_FALSE(publish_from(table, "a", before));
  CHECK_FALSE(publish_from(table, "never held", cold));
  CHECK(table.size() == 0);
}

TEST_CASE("a refresh that was asked for before a drop of other tokens is published") {
  token_table table;
  publish(table, "a", 24h, 12h);
  publish(table, "b", 24h, 12h);
  const auto refresh = table.next_attempt();
  table.drop_if(is_a);
  CHECK(publish_from(table, "b", refresh));
  CHECK_FALSE(publish_from(table, "a", refresh));
}

TEST_CASE("a token without an attempt, and one from the store, is published after a drop") {
  token_table table;
  REQUIRE(table.next_attempt() > 0);
  table.drop_if(every_key);
  publish(table, "a", 24h, 12h);
  CHECK(table.find(key("a"), now));
  table.drop_if(every_key);
  CHECK(table.publish_loaded(key("b"), token_named("b"), lasting(24h, 12h), now));
}

TEST_CASE("the table lists its tokens with their validity") {
  token_table table;
  publish(table, "a", 24h, 12h);
  const auto held = table.held_tokens();
  REQUIRE(held.size() == 1);
  CHECK(held.front().key == key("a"));
  CHECK(held.front().validity.end.wall == now.wall + 24h);
  CHECK(held.front().validity.refresh_at == now.boot + 12h);
}

}  // namespace token_table_drop_test
