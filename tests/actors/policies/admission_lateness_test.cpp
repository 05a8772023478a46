#include "tests/actors/policies/queued_host.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace admission_lateness_test {

using namespace midas::internal;
using namespace midas::internal::test::admission;

TEST_CASE("the wait of a request that would be admitted too late is known in advance") {
  queued_host host{{10, 1}};
  host.add({1, start + 10s});
  CHECK(host.admit() == ids{1});
  const auto wait = [&](time_point deadline) {
    return host.queue.wait_beyond({9, deadline}, host.budget, start);
  };
  CHECK_FALSE(wait(start + rate_window + 1ns));
  CHECK(wait(start + rate_window) == rate_window);
  host.add({2, start + 5s});
  // Only requests with an earlier or equal deadline are ahead.
  CHECK_FALSE(wait(start + 2 * rate_window));
  CHECK(wait(start + 5s) == std::nullopt);
  host.add({3, start + 1'500ms});
  CHECK(wait(start + 2 * rate_window) == 2 * rate_window);
}

TEST_CASE("a request waits at least behind as many requests of each lane as of its own") {
  queued_host host{{10, 1}};
  host.add({1, start + 1min, 1});
  CHECK(host.admit() == ids{1});
  for (std::uint64_t id = 2; id <= 11; ++id) {
    host.add({id, start + 1min, 1});
  }
  host.add({12, start + 1min, 2});
  // One of its own lane, and one of the other.
  const auto wait = [&](std::chrono::nanoseconds deadline) {
    return host.queue.wait_beyond({99, start + deadline, 2}, host.budget, start);
  };
  CHECK(wait(50s) == std::nullopt);
  CHECK(host.queue.wait_beyond({99, start + 1min, 2}, host.budget, start) == std::nullopt);
  host.add({13, start + 2s, 2});
  CHECK(wait(3 * rate_window) == 3 * rate_window);
  CHECK_FALSE(wait(3 * rate_window + 1ns));
}

TEST_CASE("with one lane the wait is as long as the requests before it take, whatever they are") {
  // The order in which a host without a rate limit is asked tells how many go first.
  const auto fill = [](queued_host& host, std::uint64_t in_row, std::uint64_t refreshes,
                       std::uint64_t cold) {
    auto now = start;
    for (std::uint64_t id = 1; id <= in_row; ++id, now += rate_window) {
      host.add({id, start + 1min}, now);
      CHECK(host.drain(now) == ids{id});
    }
    for (std::uint64_t id = 101; id <= 100 + refreshes; ++id) {
      host.add({id, now, 0, request_purpose::refresh}, now);
    }
    for (std::uint64_t id = 201; id <= 200 + cold; ++id) {
      host.add({id, now}, now);
    }
    return now;
  };
  const auto purpose = GENERATE(request_purpose::refresh, request_purpose::cold_key);
  for (std::uint64_t in_row = 0; in_row <= 6; ++in_row) {
    for (std::uint64_t refreshes = 0; refreshes <= 4; ++refreshes) {
      for (std::uint64_t cold = 0; cold <= 10; ++cold) {
        CAPTURE(in_row, refreshes, cold);
        queued_host unlimited{{100, 0}};
        const auto now = fill(unlimited, in_row, refreshes, cold);
        // An urgent refresh has the larger share.
        const request asked{999, now, 0, purpose, 0, now};
        queued_host limited{{100, 1}};
        fill(limited, in_row, purpose == request_purpose::refresh ? 0 : refreshes, cold);
        if (purpose == request_purpose::refresh) {
          unlimited = queued_host{{100, 0}};
          fill(unlimited, in_row, 0, cold);
        }
        unlimited.add(asked, now);
        const auto order = unlimited.drain(now);
        CHECK(limited.queue.wait_beyond(asked, limited.budget, now) ==
              (std::ranges::find(order, 999U) - order.begin()) * rate_window);
      }
    }
  }
}

TEST_CASE("the wait of a refresh does not include cold keys that leave their share to others") {
  queued_host host{{100, 20}};
  for (std::uint64_t id = 1; id <= 40; ++id) {
    host.add({id, start + 1min, 1});
  }
  // A twentieth is left, which the lane does not get.
  REQUIRE(host.drain().size() == 19);
  CHECK_FALSE(
      host.queue.wait_beyond({99, start + 1ms, 0, request_purpose::refresh}, host.budget, start));
}

TEST_CASE("requests that others have delayed beyond their deadline are taken, each with its wait") {
  queued_host host{{10, 1}};
  host.add({1, start + 10s});
  CHECK(host.admit() == ids{1});
  host.add({2, start + 1'500ms});
  CHECK(host.take_late(start).empty());
  host.add({3, start + 1'200ms});
  host.add({4, start + 10s});
  const auto late = host.queue.take_late(host.budget, start);
  REQUIRE(late.size() == 1);
  CHECK(late[0].id == 2);
  CHECK(late[0].wait == 2 * rate_window);
  CHECK(late[0].deadline == start + 1'500ms);
  CHECK(host.queue.waiting() == 2);
}

TEST_CASE("all requests that others have delayed beyond their deadline are taken at once") {
  queued_host host{{10, 1}};
  host.add({1, start + 10s});
  CHECK(host.admit() == ids{1});
  for (std::uint64_t id = 2; id <= 6; ++id) {
    host.add({id, start + 3 * rate_window});
  }
  CHECK(host.take_late(start) == ids{4, 5, 6});
  CHECK(host.queue.waiting() == 2);
}

TEST_CASE("the wait of a request does not include those for an identity that has all its slots") {
  queued_host host{{3, 2}};
  for (std::uint64_t id = 1; id <= 10; ++id) {
    host.add({id, start + 1s, 0, request_purpose::cold_key, 7});
  }
  CHECK(host.admit() == ids{1, 2});
  const auto wait = [&host](std::size_t identity, std::chrono::nanoseconds deadline) {
    return host.queue.wait_beyond({99, start + deadline, 0, request_purpose::cold_key, identity},
                                  host.budget, start);
  };
  CHECK_FALSE(wait(8, rate_window + 1ns));
  CHECK(wait(8, rate_window) == rate_window);
  CHECK(wait(7, 5 * rate_window) == 5 * rate_window);
}

TEST_CASE("requests that a pause delays beyond their deadline are taken at once") {
  queued_host host{{10, 0}};
  host.add({1, start + 1min});
  CHECK(host.admit() == ids{1});
  host.end(1);
  host.budget.throttled(start, {}, 30s);
  host.add({2, start + 29s});
  host.add({3, start + 30s});
  host.add({4, start + 31s});
  host.add({5, start + 30'100ms});
  host.add({6, start + 30'100ms + 1ns});
  CHECK(host.take_late(start) == ids{2, 3, 5});
  CHECK(host.next() == start + 30s);
  CHECK(host.queue.wait_beyond({7, start + 20s}, host.budget, start) == 30s);
  CHECK(host.queue.wait_beyond({7, start + 30'100ms}, host.budget, start) == 30s);
  CHECK_FALSE(host.queue.wait_beyond({7, start + 30'101ms}, host.budget, start));
}

TEST_CASE("a request is never admitted after its deadline") {
  queued_host host{{1, 0}};
  host.add({1, start + 1min});
  CHECK(host.admit() == ids{1});
  host.add({2, start + 1s});
  host.add({3, start + 1min});
  host.end(1, start + 1s);
  CHECK(host.take_late(start + 1s) == ids{2});
  CHECK(host.admit(start + 1s) == ids{3});
}

TEST_CASE("a request that waits for others to end is refused shortly before its deadline") {
  queued_host host{{1, 0}};
  host.add({1, start + 1min});
  CHECK(host.admit() == ids{1});
  host.add({2, start + 10s});
  host.add({3, start + 40ms});
  CHECK(host.queue.next_late(start) == start + 35ms);
  CHECK(host.take_late(start + 35ms) == ids{3});
  CHECK(host.queue.next_late(start + 35ms) == start + 10s - 20ms);
  CHECK(host.take_late(start + 10s - 21ms).empty());
  const auto late = host.queue.take_late(host.budget, start + 10s - 20ms);
  REQUIRE(late.size() == 1);
  CHECK(late[0].id == 2);
  CHECK(late[0].wait == std::chrono::nanoseconds::max());
  CHECK(host.queue.next_late(start + 10s) == time_point::max());
}

TEST_CASE("a request that will be admitted in time is not refused before its deadline") {
  queued_host host{{10, 1}};
  host.add({1, start + 1min});
  CHECK(host.admit() == ids{1});
  host.add({2, start + rate_window + 5ms});
  CHECK(host.queue.next_late(start) == start + rate_window - 15ms);
  CHECK(host.take_late(start + rate_window - 15ms).empty());
  CHECK(host.queue.next_late(start + rate_window - 15ms) == start + rate_window + 5ms);
  CHECK(host.admit(start + rate_window) == ids{2});
}

TEST_CASE("tens of thousands of waiting requests are added in little time") {
  // Every second one is for another lane, and each has an earlier deadline than those before.
  queued_host host{{5, 20}, 100'000};
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t id = 1; id <= 40'000; ++id) {
    const request added{id, start + 24h - std::chrono::milliseconds{id},
                        static_cast<std::uint32_t>(id % 1'000)};
    REQUIRE_FALSE(host.queue.wait_beyond(added, host.budget, start));
    host.add(added);
    REQUIRE(host.take_late(start).empty());
  }
  // Quadratic time would be minutes.
  CHECK(std::chrono::steady_clock::now() - began < 20s);
  CHECK(host.queue.waiting() == 40'000);
}

}  // namespace admission_lateness_test
