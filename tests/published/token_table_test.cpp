#include "published/token_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using midas::managed_identity;
using midas::token_key;
using midas::internal::boot_clock;
using midas::internal::clock_reading;
using midas::internal::token_table;
using std::chrono::seconds;

namespace {

const clock_reading now{std::chrono::sys_seconds{1'900'000'000s}, boot_clock::time_point{5'000s}};

using keys = std::vector<std::string>;

token_key key(const std::string& resource) { return {{}, resource}; }

midas::access_token token_named(const std::string& text) {
  midas::token_grant grant;
  grant.token = midas::secret{text};
  grant.expires_on = now.wall + 24h;
  return {grant, midas::token_source::identity_provider};
}

midas::internal::token_validity lasting(seconds usable, seconds refresh_in,
                                        const clock_reading& from = now) {
  return {.end = from + usable, .refresh_at = from.boot + refresh_in};
}

void publish(token_table& table, const std::string& resource, seconds usable, seconds refresh_in,
             const clock_reading& at = now) {
  table.publish(key(resource), token_named("token of " + resource), lasting(usable, refresh_in, at),
                at);
}

std::string text_of(const std::optional<token_table::found_token>& found) {
  return found ? std::string{found->token.token().reveal()} : "nothing";
}

keys resources_of(const std::vector<token_key>& of) {
  keys result;
  for (const auto& each : of) {
    result.push_back(each.resource);
  }
  return result;
}

keys sorted(const std::vector<token_key>& of) {
  auto result = resources_of(of);
  std::ranges::sort(result);
  return result;
}

struct refreshes {
  keys due;
  keys dropped;
};

// Begins the refreshes that are due, in the order of their time, as a cache actor does.
refreshes take(token_table& table, const clock_reading& at) {
  auto planned = table.planned_refreshes();
  std::ranges::sort(planned, {}, [](const auto& each) {
    return std::pair{each.at, each.key.resource};
  });
  refreshes result;
  for (const auto& each : planned) {
    switch (table.begin_refresh(each.key, at)) {
      case token_table::refresh_step::none:
        break;
      case token_table::refresh_step::begun:
        result.due.push_back(each.key.resource);
        break;
      case token_table::refresh_step::dropped:
        result.dropped.push_back(each.key.resource);
        break;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("a published token is found only under its key, with the cache as its source") {
  token_table table;
  publish(table, "a", 24h, 12h);
  const auto found = table.find(key("a"), now);
  REQUIRE(found);
  CHECK(text_of(found) == "token of a");
  CHECK(found->token.source() == midas::token_source::cache);
  CHECK_FALSE(table.find(key("b"), now));
  CHECK_FALSE(table.find({managed_identity::client_id("a"), "a"}, now));
}

TEST_CASE("identities that differ only in their kind have tokens of their own") {
  token_table table;
  const auto validity = lasting(1h, 30min);
  table.publish({managed_identity::client_id("x"), "r"}, token_named("client"), validity, now);
  table.publish({managed_identity::object_id("x"), "r"}, token_named("object"), validity, now);
  CHECK(text_of(table.find({managed_identity::client_id("x"), "r"}, now)) == "client");
  CHECK(text_of(table.find({managed_identity::object_id("x"), "r"}, now)) == "object");
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
  CHECK(table.planned_refreshes().empty());
  publish(table, "c", 1h, 30min);
  publish(table, "a", 1h, 10min);
  publish(table, "b", 1h, 20min);
  CHECK(table.refresh_at(key("a")) == now.boot + 10min);
  CHECK(table.refresh_at(key("b")) == now.boot + 20min);
  CHECK_FALSE(table.refresh_at(key("unknown")));
  auto planned = table.planned_refreshes();
  std::ranges::sort(planned, {}, &token_table::planned_refresh::at);
  REQUIRE(planned.size() == 3);
  CHECK(planned[0].key == key("a"));
  CHECK(planned[2].at == now.boot + 30min);
}

TEST_CASE("a refresh begins at its time, not before") {
  token_table table;
  publish(table, "c", 1h, 30min);
  publish(table, "a", 1h, 10min);
  publish(table, "b", 1h, 20min);
  CHECK(take(table, now + 599s).due.empty());
  CHECK(take(table, now + 600s).due == keys{"a"});
  CHECK(take(table, now + 40min).due == keys{"a", "b", "c"});
  CHECK(table.begin_refresh(key("unknown"), now + 40min) == token_table::refresh_step::none);
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
  CHECK(table.refresh_at(key("a")) == now.boot + 30min);
  table.postpone_refresh(key("a"), now.boot + 20min);
  CHECK(table.refresh_at(key("a")) == now.boot + 20min);
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
  SECTION("idle") {
    CHECK(table.find(key("c"), now + 5min));
    CHECK(sorted(table.drop_idle(now + 5min, 5min)) == keys{"a", "b"});
  }
  SECTION("the oldest") {
    CHECK(table.find(key("c"), now + 5min));
    CHECK(sorted(table.drop_oldest(1)) == keys{"a", "b"});
  }
  CHECK(table.size() == 1);
  CHECK(table.planned_refreshes().size() == 1);
  CHECK_FALSE(table.refresh_at(key("a")));
  CHECK(take(table, now + 50min).due == keys{"c"});
  CHECK_FALSE(table.find_held(key("a")));
  CHECK_FALSE(table.postpone_refresh(key("a"), now.boot));
}

TEST_CASE("unused and expired tokens leave the table; the others stay") {
  token_table table;
  publish(table, "used", 24h, 12h);
  publish(table, "idle", 24h, 12h);
  publish(table, "expired", 20min, 10min);
  CHECK(table.find(key("used"), now + 40min));
  CHECK(table.drop_idle(now + 19min, 1h).empty());
  CHECK(sorted(table.drop_idle(now + 70min, 1h)) == keys{"expired", "idle"});
  CHECK(table.size() == 1);
  CHECK(table.find(key("used"), now + 70min));
}

TEST_CASE("an expired token leaves the table, however recently it was looked up") {
  token_table table;
  publish(table, "a", 20min, 10min);
  CHECK(table.find(key("a"), now + 1'199s));
  CHECK(sorted(table.drop_idle(now + 20min, 1h)) == keys{"a"});
}

TEST_CASE("a token is not idle for the part of a second in which it was looked up") {
  token_table table;
  auto late_in_the_second = now;
  late_in_the_second.boot += 900ms;
  publish(table, "a", 1h, 30min, late_in_the_second);
  auto end = now;
  end.boot += 1h;
  CHECK(table.drop_idle(end, {}).empty());
  CHECK(table.size() == 1);
}

TEST_CASE("a token is idle if it was not requested for its lifetime, unless a time is set") {
  token_table table;
  publish(table, "a", 1h, 30min);
  // Each refreshed token lives for another hour, and none of them is looked up.
  publish(table, "a", 1h, 30min, now + 30min);
  CHECK(table.drop_idle(now + 3'599s, {}).empty());
  publish(table, "a", 1h, 30min, now + 55min);
  CHECK(sorted(table.drop_idle(now + 1h + 1s, {})) == keys{"a"});
}

TEST_CASE("the refresh of a token that was not requested for its lifetime drops it instead") {
  token_table table;
  publish(table, "idle", 1h, 40min);
  publish(table, "used", 1h, 40min);
  CHECK(take(table, now + 40min).due == keys{"idle", "used"});
  CHECK(table.find(key("used"), now + 40min));
  publish(table, "idle", 1h, 40min, now + 40min);
  publish(table, "used", 1h, 40min, now + 40min);
  const auto taken = take(table, now + 80min);
  CHECK(taken.due == keys{"used"});
  CHECK(taken.dropped == keys{"idle"});
  CHECK(table.size() == 1);
}

TEST_CASE("a token that its host returns again keeps its original lifetime") {
  token_table table;
  const auto end = lasting(24h, 12h).end;
  table.publish(key("a"), token_named("same"), lasting(24h, 12h), now);
  CHECK(take(table, now + 12h).due == keys{"a"});
  table.publish(key("a"), token_named("same"), {end, now.boot + 13h}, now + 12h,
                token_table::token_changed::no);
  // Not requested for 13 hours of its 24, though only 12 were left when it was returned again.
  CHECK(take(table, now + 13h).due == keys{"a"});
  CHECK(table.drop_idle(now + 13h, {}).empty());
  CHECK(table.find(key("a"), now + 20h));
  // Another token counts by its own lifetime.
  table.publish(key("a"), token_named("other"), lasting(1h, 30min, now + 20h), now + 20h);
  CHECK(table.drop_idle(now + 20h + 59min, {}).empty());
  table.publish(key("a"), token_named("another"), lasting(1h, 30min, now + 20h + 59min),
                now + 20h + 59min);
  CHECK(sorted(table.drop_idle(now + 21h + 1s, {})) == keys{"a"});
}

TEST_CASE("the tokens that were looked up the longest ago leave first") {
  token_table table;
  for (int i = 0; i < 10; ++i) {
    publish(table, std::to_string(i), 24h, 12h);
  }
  // 3, 6, 9, 2, 5, 8, 1, 4, 7, 0
  for (int i = 0; i < 10; ++i) {
    CHECK(table.find(key(std::to_string((i + 1) * 3 % 10)), now + seconds{1 + i}));
  }
  CHECK(table.drop_oldest(10).empty());
  CHECK(table.drop_oldest(1'000).empty());
  CHECK(sorted(table.drop_oldest(7)) == keys{"3", "6", "9"});
  CHECK(sorted(table.drop_oldest(6)) == keys{"2"});
  CHECK(table.find(key("5"), now + 1min));
  CHECK(sorted(table.drop_oldest(2)) == keys{"1", "4", "7", "8"});
  CHECK(sorted(table.drop_oldest(0)) == keys{"0", "5"});
  CHECK(table.size() == 0);
  CHECK(table.planned_refreshes().empty());
}

TEST_CASE("asking for the held token, or for its time left, does not count as a use") {
  token_table table;
  publish(table, "a", 24h, 12h);
  CHECK(table.find_held(key("a")));
  CHECK(table.time_left(key("a"), now + 2h) == 22h);
  CHECK_FALSE(table.is_refresh_due(key("a"), now + 2h));
  CHECK(sorted(table.drop_idle(now + 2h, 1h)) == keys{"a"});
}
