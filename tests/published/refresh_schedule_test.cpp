#include "published/refresh_schedule.hpp"

#include "tests/support/catch.hpp"

namespace refresh_schedule_test {

using namespace std::chrono_literals;
using midas::internal::boot_clock;
using midas::internal::published_slot;
using midas::internal::refresh_schedule;

namespace {

using slots = std::vector<refresh_schedule::slot>;

const boot_clock::time_point booted{9'000s};

void plan(const refresh_schedule::slot& which, boot_clock::time_point at) {
  which->refresh_at = at.time_since_epoch().count();
}

refresh_schedule::slot slot_due(std::chrono::nanoseconds in) {
  auto result = std::make_shared<published_slot>();
  plan(result, booted + in);
  return result;
}

}  // namespace

TEST_CASE("an empty schedule has no next refresh") {
  refresh_schedule all;
  CHECK_FALSE(all.next());
  CHECK(all.take_due(booted + 24h).empty());
}

TEST_CASE("refreshes are taken at their time, the earliest first") {
  refresh_schedule all;
  const auto late = slot_due(30s);
  const auto early = slot_due(10s);
  all.add(late);
  all.add(early);
  CHECK(all.next() == booted + 10s);
  CHECK(all.take_due(booted + 9s).empty());
  CHECK(all.take_due(booted + 30s) == slots{early, late});
  CHECK_FALSE(all.next());
}

TEST_CASE("a refresh that was planned anew is taken at the new time only") {
  refresh_schedule all;
  const auto one = slot_due(10s);
  all.add(one);
  SECTION("later") {
    plan(one, booted + 20s);
    all.add(one);
    CHECK(all.take_due(booted + 19s).empty());
  }
  SECTION("earlier") {
    plan(one, booted + 5s);
    all.add(one);
    CHECK(all.next() == booted + 5s);
  }
  SECTION("the same time twice") { all.add(one); }
  CHECK(all.take_due(booted + 20s) == slots{one});
  CHECK(all.take_due(booted + 1h).empty());
}

TEST_CASE("a token that has left the table is not refreshed") {
  refresh_schedule all;
  const auto one = slot_due(10s);
  all.add(one);
  plan(one, published_slot::no_refresh);
  CHECK_FALSE(all.next());
  all.add(one);
  CHECK(all.size() == 0);
  all.assign({one});
  CHECK(all.size() == 0);
}

TEST_CASE("an assigned schedule replaces the earlier one") {
  refresh_schedule all;
  all.add(slot_due(1s));
  const auto late = slot_due(30s);
  const auto early = slot_due(10s);
  all.assign({late, early});
  CHECK(all.next() == booted + 10s);
  CHECK(all.take_due(booted + 30s) == slots{early, late});
}

TEST_CASE("compacting drops void items once they outnumber the live ones") {
  refresh_schedule all;
  const auto one = slot_due(0s);
  for (int i = 0; i < 1'000; ++i) {
    plan(one, booted + 10s - std::chrono::milliseconds{i});
    all.add(one);
    all.compact(1);
    REQUIRE(all.size() <= 67);
  }
  const auto at = *all.next();
  CHECK(at == one->refresh());
  CHECK(all.take_due(at) == slots{one});
}

}  // namespace refresh_schedule_test
