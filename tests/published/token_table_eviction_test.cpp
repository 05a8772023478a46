// Which tokens leave the table, and when.
#include "tests/published/token_table_fixture.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <string>

namespace token_table_eviction_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::tables;
using namespace std::chrono_literals;

namespace {

class watched_grant final : public detail::biased_refcount {
 public:
  watched_grant(const token_grant& grant, bool& destroyed)
      : biased_refcount(grant), destroyed_(destroyed) {}
  ~watched_grant() override { destroyed_ = true; }

 private:
  bool& destroyed_;
};

}  // namespace

TEST_CASE("a token that leaves the table is destroyed, even if threads still refer to its entry") {
  token_table table;
  const token_grant grant;
  bool destroyed = false;
  auto* const watched = new watched_grant{grant, destroyed};
  table.publish(key("a"), access_token{*watched, token_source::identity_provider},
                lasting(24h, 12h), now);
  watched->release();
  const auto entry = table.find_slot(key("a"));
  CHECK_FALSE(destroyed);
  REQUIRE(table.drop_oldest(0).size() == 1);
  CHECK(destroyed);
  CHECK(entry->refresh() == published_slot::no_refresh);
}

TEST_CASE("unused and expired tokens leave the table; the others stay") {
  token_table table;
  publish(table, "used", 24h, 12h);
  publish(table, "idle", 24h, 12h);
  publish(table, "expired", 20min, 10min);
  CHECK(table.find(key("used"), now + 40min));
  CHECK(table.drop_idle(now + 19min, 1h).empty());
  std::map<std::string, eviction_reason> reasons;
  for (const auto& each : table.drop_idle(now + 70min, 1h)) {
    reasons.emplace(each.key.resource, each.reason);
  }
  CHECK(reasons == std::map<std::string, eviction_reason>{{"expired", eviction_reason::expired},
                                                          {"idle", eviction_reason::idle}});
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
  CHECK(sorted(take(table, now + 40min).due) == keys{"idle", "used"});
  CHECK(table.find(key("used"), now + 40min));
  publish(table, "idle", 1h, 40min, now + 40min);
  publish(table, "used", 1h, 40min, now + 40min);
  const auto taken = take(table, now + 80min);
  CHECK(taken.due == keys{"used"});
  CHECK(taken.dropped == keys{"idle"});
  CHECK(table.size() == 1);
}

TEST_CASE("a token that was acquired in the first second after boot is refreshed") {
  token_table table;
  const clock_reading at_boot{now.wall, boot_clock::time_point{}};
  publish(table, "a", 1h, 30min, at_boot);
  CHECK(take(table, at_boot + 30min).due == keys{"a"});
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
  CHECK(table.all_slots().empty());
}

TEST_CASE("looking up the held token or its remaining time does not count as a use") {
  token_table table;
  publish(table, "a", 24h, 12h);
  CHECK(table.find_held(key("a")));
  CHECK(table.time_left(key("a"), now + 2h) == 22h);
  CHECK_FALSE(table.is_refresh_due(key("a"), now + 2h));
  CHECK(sorted(table.drop_idle(now + 2h, 1h)) == keys{"a"});
}

TEST_CASE("the earliest end is that of the usable tokens") {
  token_table table;
  CHECK_FALSE(table.earliest_expiry(now));
  publish(table, "short", 20min, 10min);
  publish(table, "long", 24h, 12h);
  const auto shortest = table.find_held(key("short"))->expires_on();
  const auto longest = table.find_held(key("long"))->expires_on();
  CHECK(table.earliest_expiry(now) == shortest);
  CHECK(table.earliest_expiry(now + 30min) == longest);
  CHECK_FALSE(table.earliest_expiry(now + 25h));
}

TEST_CASE("the event of an eviction has its reason") {
  token_table table;
  publish(table, "a", 24h, 12h);
  publish(table, "b", 24h, 12h);
  CHECK(table.drop_oldest(1).at(0).reason == eviction_reason::too_many_keys);
  const auto slots = table.all_slots();
  const auto late = table.begin_refresh(*slots.at(0), now + 25h);
  CHECK(late.step == token_table::refresh_step::dropped);
  CHECK(late.reason == eviction_reason::expired);
}

}  // namespace token_table_eviction_test
