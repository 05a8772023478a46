// Callers and refreshes share a host that cannot answer all of them.
#include "tests/actors/policies/queued_host.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace admission_shares_test {

using namespace midas::internal;
using namespace midas::internal::test::admission;

namespace {

request refresh_until(std::uint64_t id, time_point end, time_point urgent_at) {
  return {id, end, 0, request_purpose::refresh, 7, urgent_at};
}

request cold_key(std::uint64_t id, time_point deadline) {
  return {id, deadline, 0, request_purpose::cold_key, 7};
}

bool is_refresh(std::uint64_t id) { return id >= 1'000 && id < 2'000; }

}  // namespace

TEST_CASE("cold keys go before refreshes, which still get one place of five, or of three") {
  queued_host host{{100, 0}};
  for (std::uint64_t id = 1; id <= 10; ++id) {
    host.add(cold_key(id, start + 30s));
  }
  for (std::uint64_t id = 1'000; id <= 1'002; ++id) {
    host.add(refresh_until(id, start + 1min, start + 30s));
  }
  SECTION("of five if their tokens have time") {
    CHECK(host.drain() == ids{1, 2, 3, 4, 1'000, 5, 6, 7, 8, 1'001, 9, 10, 1'002});
  }
  SECTION("of three if they are urgent") {
    CHECK(host.drain(start + 30s) == ids{1, 2, 1'000, 3, 4, 1'001, 5, 6, 1'002, 7, 8, 9, 10});
  }
  SECTION("one urgent refresh among others goes first") {
    host.add(refresh_until(1'003, start + 10s, start));
    CHECK(host.drain() == ids{1, 2, 1'003, 3, 4, 5, 6, 1'000, 7, 8, 9, 10, 1'001, 1'002});
  }
}

TEST_CASE("refreshes go at once while no caller waits") {
  queued_host host{{2, 0}};
  host.add(refresh_until(1'000, start + 1h, start + 30min));
  host.add(refresh_until(1'001, start + 1min, start + 30s));
  CHECK(host.admit() == ids{1'001});
}

TEST_CASE("a refresh that a caller waits for becomes a cold key with the caller's deadline") {
  queued_host host{{1, 0}, 3};
  host.add(cold_key(1, start + 10s));
  CHECK(host.admit() == ids{1});
  host.add(cold_key(2, start + 20s));
  host.add(refresh_until(1'000, start + 5s, start));
  host.add(refresh_until(1'001, start + 1min, start + 30s));
  // Later than the refresh would have been given up.
  CHECK(host.queue.hasten(1'000, start + 10s, start) == start + 10s);
  CHECK(host.take_late(start + 6s).empty());
  CHECK_FALSE(host.queue.has_room(cold_key(3, start + 10s)));
  host.end(1);
  CHECK(host.drain() == ids{1'000, 2, 1'001});
  CHECK(host.queue.has_room(cold_key(3, start + 10s)));
  CHECK(host.queue.waiting() == 0);
}

TEST_CASE("refreshes that are held are not admitted, and no cold key waits for them") {
  queued_host host{{1, 0}};
  host.add(refresh_until(1'000, start + 1min, start));
  host.add(refresh_until(1'001, start + 1min, start));
  for (std::uint64_t id = 1; id <= 6; ++id) {
    host.add(cold_key(id, start + 30s));
  }
  host.queue.hold_refreshes();
  SECTION("all cold keys go") {
    CHECK(host.queue.next(8, start) == ids{1, 2, 3, 4, 5, 6});
    CHECK(host.drain() == ids{1, 2, 3, 4, 5, 6});
  }
  SECTION("one that a caller waits for goes as a cold key") {
    CHECK(host.queue.hasten(1'001, start + 10s, start) == start + 10s);
    CHECK(host.drain() == ids{1'001, 1, 2, 3, 4, 5, 6});
  }
  CHECK(host.next() == time_point::max());
  CHECK(host.queue.next_change(host.budget, start) > start);
  CHECK(host.queue.waiting_refreshes() > 0);
  CHECK_FALSE(host.take_late(start + 1min).empty());
  CHECK(host.queue.waiting() == 0);
}

// 160 tokens that may be handed out for twenty seconds each are refreshed at once by a host that
// answers five requests in a second: it cannot keep them all.
TEST_CASE("refreshes that a slow host cannot keep up with do not starve new keys") {
  queued_host host{{5, 20}};
  constexpr auto timeout = 6s;
  for (std::uint64_t id = 1'000; id < 1'160; ++id) {
    host.add(refresh_until(id, start + 5s + 10ms * (id - 1'000), start));
  }
  auto in_flight = host.admit();
  std::set<std::uint64_t> answered;
  std::size_t refreshed = 0;
  for (std::uint64_t id = 1; id <= 10; ++id) {
    host.add(cold_key(id, start + timeout));
  }
  for (auto now = start + 1s; now <= start + timeout; now += 1s) {
    for (const auto id : std::exchange(in_flight, {})) {
      host.end(id, now);
      answered.insert(id);
      refreshed += is_refresh(id) ? 1 : 0;
    }
    for (const auto late : host.take_late(now)) {
      CHECK(is_refresh(late));
    }
    in_flight = host.admit(now);
  }
  for (std::uint64_t id = 1; id <= 10; ++id) {
    CHECK(answered.contains(id));
  }
  CHECK(refreshed >= 8);
}

TEST_CASE("new keys without end do not take the time in which held tokens are refreshed") {
  queued_host host{{5, 20}, 100'000};
  // The time that a token of an hour has, and as many of them as a third of that time is enough
  // for.
  constexpr auto left = 300s;
  constexpr std::uint64_t tokens = 300;
  for (std::uint64_t id = 1'000; id < 1'000 + tokens; ++id) {
    host.add(refresh_until(id, start + left, start + left / 2));
  }
  std::uint64_t cold = 2'000;
  std::size_t refreshed = 0;
  std::vector<std::uint64_t> in_flight;
  for (auto now = start; now < start + left; now += 1s) {
    for (const auto id : std::exchange(in_flight, {})) {
      host.end(id, now);
      refreshed += is_refresh(id) ? 1 : 0;
    }
    for (auto more = 0; more < 5; ++more) {
      host.add(cold_key(++cold, now + 2s), now);
    }
    for (const auto late : host.take_late(now)) {
      CHECK_FALSE(is_refresh(late));
    }
    in_flight = host.admit(now);
  }
  CHECK(refreshed == tokens);
}

}  // namespace admission_shares_test
