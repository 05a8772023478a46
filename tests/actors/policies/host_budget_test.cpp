#include "actors/policies/host_budget.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstddef>

namespace host_budget_test {

using namespace std::chrono_literals;
using midas::errc;
using midas::error;
using midas::internal::host_budget;
using midas::internal::make_error;

namespace {

using time_point = host_budget::time_point;

const time_point start{1'000s};

const error broken = make_error(errc::service_unavailable, "broken");
const error slow_down = make_error(errc::throttled, "slow down");

void break_host(host_budget& budget, time_point now) {
  for (int i = 0; i < 3; ++i) {
    budget.failed(now, broken, {}, 0);
  }
}

// Requests that are in flight when the host does not answer any.
std::size_t sent_at(host_budget& budget, time_point now) {
  std::size_t count = 0;
  for (; budget.next_admission(now) <= now; ++count) {
    budget.begin(now);
  }
  return count;
}

}  // namespace

TEST_CASE("a pause after failures delays requests that the limits would admit") {
  host_budget budget{{5, 20}};
  CHECK(budget.next_admission(start) == start);
  CHECK(budget.open_at(start) == start);
  break_host(budget, start);
  CHECK(budget.next_admission(start) == start + 250ms);
  CHECK(budget.earliest_admission(0, start) == start + 250ms);
  CHECK(budget.open_at(start) == start + 250ms);
  CHECK(budget.reason_of_pause(start).message == "broken");
  budget.succeeded(start);
  CHECK(budget.next_admission(start) == start);
}

TEST_CASE("of two pauses the later end applies, with its reason") {
  host_budget budget{{5, 20}};
  break_host(budget, start);
  CHECK(budget.throttled(start, slow_down, 3s) == 3s);
  CHECK(budget.open_at(start) == start + 3s);
  CHECK(budget.reason_of_pause(start).code == errc::throttled);
  CHECK(budget.failed(start + 3s, broken, {0, false, 10s}, 0) == 10s);
  CHECK(budget.reason_of_pause(start + 3s).code == errc::service_unavailable);
}

TEST_CASE(
    "requests in flight are limited by the host, and at first also because it has not answered "
    "yet") {
  host_budget many{{192, 0}};
  CHECK(sent_at(many, start) == 40);
  CHECK(many.next_admission(start) == start + 1s);
  CHECK(sent_at(many, start + 1s) == 40);
  many.end();
  many.succeeded(start + 1s);
  CHECK(sent_at(many, start + 1s) == 192 - 79);
  CHECK(many.next_admission(start + 1s) == time_point::max());
  host_budget few{{5, 0}};
  CHECK(sent_at(few, start) == 5);
  few.end_all();
  CHECK(few.in_flight() == 0);
  CHECK(sent_at(few, start) == 5);
}

TEST_CASE("one identity may have all requests in flight but one") {
  CHECK(host_budget{{5, 0}}.max_in_flight_per_identity(start) == 4);
  CHECK(host_budget{{2, 0}}.max_in_flight_per_identity(start) == 1);
  CHECK(host_budget{{1, 0}}.max_in_flight_per_identity(start) == 1);
  host_budget throttled{{8, 0}};
  throttled.throttled(start, slow_down, {});
  CHECK(throttled.max_in_flight_per_identity(start) == 3);
}

TEST_CASE("two thousand requests to a failing host become fewer than sixty in ten seconds") {
  for (const auto limits : {midas::host_limits{5, 20}, midas::host_limits{192, 0}}) {
    host_budget budget{limits};
    std::size_t sent = 0;
    for (auto now = start; now < start + 10s; now += 10ms) {
      const auto more = sent_at(budget, now);
      sent += more;
      for (std::size_t i = 0; i < more; ++i) {
        budget.end();
        budget.failed(now + 5ms, broken, {}, 0);
      }
    }
    CHECK(sent <= 60);
    CHECK(sent >= 8);
  }
}

TEST_CASE("a 429 to a probe delays the next request by its own pause only") {
  host_budget budget{{5, 20}};
  break_host(budget, start);
  const auto probed = start + 250ms;
  budget.begin(probed);
  budget.end();
  CHECK(budget.throttled(probed, slow_down, 1ms) == 1s);
  CHECK(budget.next_admission(probed) == probed + 1s);
  CHECK(budget.reason_of_pause(probed).code == errc::throttled);
}

}  // namespace host_budget_test
