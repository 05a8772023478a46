#include "tests/published/token_table_fixture.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>

namespace token_table_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::tables;
using namespace std::chrono_literals;

TEST_CASE("a published token is found only under its key, with the cache as its source") {
  token_table table;
  publish(table, "a", 24h, 12h);
  const auto found = table.find(key("a"), now);
  REQUIRE(found);
  CHECK(text_of(found) == "token of a");
  CHECK(found->token.source() == midas::token_source::cache);
  CHECK_FALSE(table.find(key("b"), now));
  CHECK_FALSE(table.find(token_key{managed_identity::client_id("a"), "a"}, now));
}

TEST_CASE("identities that differ only in their kind have tokens of their own") {
  token_table table;
  const auto validity = lasting(1h, 30min);
  table.publish({managed_identity::client_id("x"), "r"}, token_named("client"), validity, now);
  table.publish({managed_identity::object_id("x"), "r"}, token_named("object"), validity, now);
  CHECK(text_of(table.find(token_key{managed_identity::client_id("x"), "r"}, now)) == "client");
  CHECK(text_of(table.find(token_key{managed_identity::object_id("x"), "r"}, now)) == "object");
}

TEST_CASE("a token is found until either clock says that it has ended, and held after that") {
  token_table table;
  publish(table, "a", 1h, 30min);
  CHECK(table.find(key("a"), now + 3'599s));
  CHECK_FALSE(table.find(key("a"), now + 3'600s));
  auto set_forward = now;
  set_forward.wall += 1h;
  CHECK_FALSE(table.find(key("a"), set_forward));
  auto set_back = now + 1h;
  set_back.wall -= 24h;
  CHECK_FALSE(table.find(key("a"), set_back));
  REQUIRE(table.find_held(key("a")));
  CHECK(table.find_held(key("a"))->token().reveal() == "token of a");
  CHECK_FALSE(table.find_held(key("b")));
}

TEST_CASE("the time left of a token is that on the clock that ends it first") {
  token_table table;
  publish(table, "a", 1h, 30min);
  CHECK(table.time_left(key("a"), now) == 1h);
  CHECK(table.time_left(key("a"), now + 50min) == 10min);
  auto set_forward = now;
  set_forward.wall += 59min;
  CHECK(table.time_left(key("a"), set_forward) == 1min);
  auto set_back = now + 59min;
  set_back.wall -= 24h;
  CHECK(table.time_left(key("a"), set_back) == 1min);
  CHECK(table.time_left(key("a"), now + 1h) == 0s);
  CHECK(table.time_left(key("a"), now + 2h) == 0s);
  CHECK(table.time_left(key("b"), now) == 0s);
}

TEST_CASE("the time left of a token that ends in another century does not overflow") {
  token_table table;
  midas::internal::token_validity validity;
  validity.end.wall = now.wall + 10'000'000'000s;
  validity.end.boot = now.boot + 24h * 365 * 100;
  validity.refresh_at = now.boot + 24h;
  table.publish(key("a"), token_named("A"), validity, now);
  CHECK(table.time_left(key("a"), now) >= 24h * 365);
}

TEST_CASE("the token that was published last is found") {
  token_table table;
  table.publish(key("a"), token_named("old"), lasting(1h, 30min), now);
  table.publish(key("a"), token_named("new"), lasting(1h, 30min), now);
  CHECK(text_of(table.find(key("a"), now)) == "new");
  CHECK(table.size() == 1);
}

TEST_CASE("the last validity of a token counts, even if the token is the same") {
  token_table table;
  publish(table, "a", 1h, 30min);
  publish(table, "a", 30min, 10min);
  CHECK(table.time_left(key("a"), now) == 30min);
  CHECK_FALSE(table.find(key("a"), now + 30min));
  publish(table, "a", 2h, 1h);
  CHECK(table.find(key("a"), now + 90min));
}

TEST_CASE("the table lists when each token must be refreshed") {
  token_table table;
  CHECK(table.all_slots().empty());
  publish(table, "c", 1h, 30min);
  publish(table, "a", 1h, 10min);
  publish(table, "b", 1h, 20min);
  CHECK(refresh_of(table, "a") == now.boot + 10min);
  CHECK(refresh_of(table, "b") == now.boot + 20min);
  CHECK_FALSE(refresh_of(table, "unknown"));
  auto planned = table.all_slots();
  std::ranges::sort(planned, {}, [](const auto& each) { return each->refresh(); });
  REQUIRE(planned.size() == 3);
  CHECK(planned[0] == table.find_slot(key("a")));
  CHECK(planned[2]->refresh() == now.boot + 30min);
}

TEST_CASE("a refresh begins at its time, not before") {
  token_table table;
  publish(table, "c", 1h, 30min);
  publish(table, "a", 1h, 10min);
  publish(table, "b", 1h, 20min);
  CHECK(take(table, now + 599s).due.empty());
  CHECK(take(table, now + 600s).due == keys{"a"});
  CHECK(take(table, now + 40min).due == keys{"a", "b", "c"});
}

TEST_CASE("a refresh is postponed only for a key that the table holds") {
  token_table table;
  publish(table, "a", 1h, 20min);
  publish(table, "b", 1h, 30min);
  CHECK(table.postpone_refresh(key("a"), now.boot + 25min));
  CHECK(table.postpone_refresh(key("b"), now.boot + 5min));
  CHECK_FALSE(table.postpone_refresh(key("unknown"), now.boot));
  CHECK(take(table, now + 25min).due == keys{"b", "a"});
}

TEST_CASE("a later plan replaces an earlier one") {
  token_table table;
  publish(table, "a", 1h, 10min);
  publish(table, "a", 1h, 30min);
  CHECK(refresh_of(table, "a") == now.boot + 30min);
  table.postpone_refresh(key("a"), now.boot + 20min);
  CHECK(refresh_of(table, "a") == now.boot + 20min);
  table.postpone_refresh(key("a"), now.boot + 40min);
  CHECK(take(table, now + 39min).due.empty());
  CHECK(take(table, now + 40min).due == keys{"a"});
}

TEST_CASE("a postponed refresh begins again") {
  token_table table;
  publish(table, "a", 1h, 10min);
  CHECK(take(table, now + 10min).due == keys{"a"});
  table.postpone_refresh(key("a"), now.boot + 11min);
  CHECK_FALSE(table.is_refresh_due(key("a"), now + 10min));
  CHECK(take(table, now + 11min).due == keys{"a"});
}

TEST_CASE("a refresh is due from its time on, begun or not, until another is planned") {
  token_table table;
  publish(table, "a", 1h, 10min);
  CHECK_FALSE(table.is_refresh_due(key("a"), now + 599s));
  CHECK(table.is_refresh_due(key("a"), now + 600s));
  take(table, now + 10min);
  CHECK(table.is_refresh_due(key("a"), now + 10min));
  publish(table, "a", 1h, 10min, now + 10min);
  CHECK_FALSE(table.is_refresh_due(key("a"), now + 10min));
  CHECK_FALSE(table.is_refresh_due(key("unknown"), now + 10min));
}

TEST_CASE("only the first reader of a token with an overdue refresh must report it") {
  token_table table;
  const auto overdue = [&table](const clock_reading& at) {
    return table.find(key("a"), at)->refresh_overdue;
  };
  publish(table, "a", 1h, 10min);
  CHECK_FALSE(overdue(now + 599s));
  CHECK(overdue(now + 600s));
  CHECK_FALSE(overdue(now + 600s));
  CHECK_FALSE(overdue(now + 30min));
  // The next plan is reported again.
  table.postpone_refresh(key("a"), now.boot + 35min);
  CHECK_FALSE(overdue(now + 34min));
  CHECK(overdue(now + 35min));
  CHECK_FALSE(overdue(now + 35min));
}

TEST_CASE("a refresh that has begun is not overdue for readers") {
  token_table table;
  publish(table, "a", 1h, 10min);
  CHECK(take(table, now + 10min).due == keys{"a"});
  CHECK_FALSE(table.find(key("a"), now + 10min)->refresh_overdue);
}

TEST_CASE("a token that leaves the table leaves no refresh behind") {
  token_table table;
  publish(table, "a", 1h, 10min);
  publish(table, "b", 1h, 20min);
  publish(table, "c", 1h, 30min);
  const auto left = table.find_slot(key("a"));
  SECTION("idle") {
    CHECK(table.find(key("c"), now + 5min));
    CHECK(sorted(table.drop_idle(now + 5min, 5min)) == keys{"a", "b"});
  }
  SECTION("the oldest") {
    CHECK(table.find(key("c"), now + 5min));
    CHECK(sorted(table.drop_oldest(1)) == keys{"a", "b"});
  }
  CHECK(table.size() == 1);
  CHECK(table.all_slots().size() == 1);
  CHECK_FALSE(refresh_of(table, "a"));
  CHECK(left->refresh() == midas::internal::published_slot::no_refresh);
  for (const auto& at : {now + 50min, clock_reading{now.wall, boot_clock::time_point::max()}}) {
    CHECK(table.begin_refresh(*left, at).step == token_table::refresh_step::none);
  }
  CHECK(take(table, now + 50min).due == keys{"c"});
  CHECK_FALSE(table.find_held(key("a")));
  CHECK_FALSE(table.postpone_refresh(key("a"), now.boot));
}

TEST_CASE("the version slots of tokens that have left memory are used again") {
  std::set<version_slots::slot_index> used;
  for (int round = 0; round < 5; ++round) {
    token_table table;
    for (int i = 0; i < 100; ++i) {
      publish(table, std::to_string(i), 1h, 30min);
      used.insert(table.find_slot(key(std::to_string(i)))->slot_index);
    }
  }
  CHECK(used.size() == 100);
}

}  // namespace token_table_test
