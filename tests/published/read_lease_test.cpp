#include "published/read_lease.hpp"

#include "tests/published/thread_reads.hpp"
#include "tests/support/catch.hpp"

#include <chrono>

namespace read_lease_test {

using namespace std::chrono_literals;
using midas::detail::coarse_clock_reading;
using midas::detail::read_lease;
using midas::internal::boot_clock;
using midas::internal::clock_reading;
using midas::internal::lease_at;
using midas::internal::token_validity;

namespace {

constexpr std::int64_t second = 1'000'000'000;

// 300 ms into a second since boot. The coarse steady clock differs from the boot clock, as after a
// suspension.
const clock_reading now{std::chrono::sys_seconds{1'900'000'000s},
                        boot_clock::time_point{5'000'300ms}};
const coarse_clock_reading coarse{1'900'000'000, 77 * second};

token_validity good_for(std::chrono::seconds usable, std::chrono::seconds refresh_in = 10min) {
  return {.end = now + usable, .refresh_at = now.boot + refresh_in};
}

coarse_clock_reading later(std::int64_t nanoseconds, std::int64_t wall_seconds = 0) {
  return {coarse.wall + wall_seconds, coarse.steady + nanoseconds};
}

}  // namespace

TEST_CASE("the lease lasts for the rest of the second") {
  const auto lease = lease_at(good_for(1h), now, coarse);
  CHECK(lease.contains(coarse));
  CHECK(lease.contains(later(second * 7 / 10 - 1)));
  CHECK(lease.contains(later(second * 7 / 10 - 1, 1)));
  CHECK_FALSE(lease.contains(later(second * 7 / 10)));
}

TEST_CASE("setting the clock in either direction ends the lease") {
  const auto lease = lease_at(good_for(1h), now, coarse);
  CHECK_FALSE(lease.contains(later(1, -1)));
  CHECK_FALSE(lease.contains(later(1, -100'000)));
  CHECK_FALSE(lease.contains(later(1, 2)));
  CHECK_FALSE(lease.contains(later(1, 100'000)));
}

TEST_CASE("a suspension, which the steady clock does not show, ends the lease") {
  CHECK_FALSE(lease_at(good_for(24h), now, coarse).contains(later(1, 3'600)));
}

TEST_CASE("the lease ends with the token, on whichever clock comes first") {
  auto validity = good_for(1h);
  validity.end.boot = now.boot + 200ms;
  auto lease = lease_at(validity, now, coarse);
  CHECK(lease.contains(later(second * 2 / 10 - 1)));
  CHECK_FALSE(lease.contains(later(second * 2 / 10)));

  validity = good_for(1h);
  validity.end.wall = now.wall + 1s;
  lease = lease_at(validity, now, coarse);
  CHECK(lease.contains(later(1)));
  CHECK_FALSE(lease.contains(later(1, 1)));

  validity.end.wall = now.wall;
  CHECK_FALSE(lease_at(validity, now, coarse).contains(coarse));
}

TEST_CASE("the lease ends when the refresh becomes due, so that a reader notices") {
  auto validity = good_for(1h);
  validity.refresh_at = now.boot + 100ms;
  const auto lease = lease_at(validity, now, coarse);
  CHECK(lease.contains(later(second / 10 - 1)));
  CHECK_FALSE(lease.contains(later(second / 10)));
  // After that it is reported.
  validity.refresh_at = now.boot - 1s;
  CHECK(lease_at(validity, now, coarse).contains(later(second / 2)));
}

TEST_CASE("an empty lease contains no time") {
  CHECK_FALSE(read_lease{}.contains(coarse));
  CHECK_FALSE(read_lease{}.contains({}));
}

TEST_CASE("a thread's copy follows a refresh that is planned anew") {
  using namespace midas::detail;
  using namespace midas::internal;
  using namespace midas::internal::test::reads;
  token_table table;
  publish(table, {{}, vault}, "T");
  REQUIRE(read(table, looking(table, vault, {})));
  const auto* const copy = cache_of_this_thread->find(looking(table, vault, {}));
  REQUIRE(copy != nullptr);
  auto now = clock_reading::now();
  now.boot = std::chrono::floor<std::chrono::seconds>(now.boot);
  REQUIRE(table.postpone_refresh({{}, vault}, now.boot + 1ms));
  const auto coarse = coarse_clock_reading::now();
  REQUIRE(copy->token->extend_lease(now, coarse));
  CHECK(copy->token->lease().steady_end == coarse.steady + std::chrono::nanoseconds{1ms}.count());
}

}  // namespace read_lease_test
