#include "actors/policies/crowded_lane.hpp"

#include "tests/actors/policies/queued_host.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace crowded_lane_test {

using namespace midas::internal;
using namespace midas::internal::test::admission;

namespace {

// Requests of one lane that wait, with ids from `first` on.
void fill(queued_host& host, std::uint32_t lane, std::uint64_t first, std::uint64_t count,
          time_point now = start) {
  for (auto id = first; id < first + count; ++id) {
    host.add({.id = id, .deadline = now + 1min, .lane = lane}, now);
  }
}

}  // namespace

TEST_CASE("a lane leaves one request in twenty to the others") {
  crowded_lane lanes;
  for (int i = 0; i < 18; ++i) {
    lanes.begin(7, 20, start + std::chrono::milliseconds{i});
    CHECK_FALSE(lanes.find(start + 20ms));
  }
  lanes.begin(7, 20, start + 18ms);
  const auto crowded = lanes.find(start + 20ms);
  REQUIRE(crowded);
  CHECK(crowded->lane == 7);
  CHECK(crowded->until == start + rate_window);
  CHECK_FALSE(lanes.find(start + rate_window));
  lanes.begin(7, 20, start + rate_window);
  CHECK(lanes.find(start + rate_window)->until == start + 1ms + rate_window);
}

TEST_CASE("no lane is crowded without a rate, at a very low one, or if it is lane 0") {
  crowded_lane lanes;
  for (int i = 0; i < 100; ++i) {
    lanes.begin(7, 0, start);
    lanes.begin(7, 3, start);
    lanes.begin(0, 20, start);
  }
  CHECK_FALSE(lanes.find(start));
}

TEST_CASE("two lanes that share the rate are not crowded") {
  crowded_lane lanes;
  for (int i = 0; i < 10; ++i) {
    lanes.begin(1, 20, start);
    lanes.begin(2, 20, start);
  }
  CHECK_FALSE(lanes.find(start));
}

TEST_CASE("another lane's single request is sent at once, behind a thousand") {
  queued_host host{{5, 20}};
  fill(host, 1, 100, 1'000);
  CHECK(host.drain().size() == 19);
  CHECK(host.next() == start + rate_window);
  fill(host, 2, 1, 1, start + 1ms);
  CHECK(host.next(start + 1ms) == start + 1ms);
  CHECK(host.drain(start + 1ms) == ids{1});
}

TEST_CASE("the crowded lane goes on when its own oldest request is out of the window") {
  queued_host host{{5, 20}};
  fill(host, 1, 100, 100);
  CHECK(host.drain().size() == 19);
  CHECK(host.drain(start + rate_window - 1ms).empty());
  CHECK(host.drain(start + rate_window).size() == 19);
}

TEST_CASE("another lane with many requests gets every other place afterwards") {
  queued_host host{{5, 20}};
  fill(host, 1, 1'000, 100);
  CHECK(host.drain().size() == 19);
  fill(host, 2, 1, 100, start + 1ms);
  CHECK(host.drain(start + 1ms) == ids{1});
  const auto sent = host.drain(start + rate_window);
  CHECK(sent.size() == 19);
  CHECK(std::ranges::count_if(sent, [](std::uint64_t id) { return id < 1'000; }) >= 9);
}

TEST_CASE("lane 0, of applications without lanes, uses the whole rate") {
  queued_host host{{5, 20}};
  fill(host, 0, 1, 100);
  CHECK(host.drain().size() == 20);
}

TEST_CASE("a request that may pass the crowded lane is not refused for its sake") {
  queued_host host{{5, 20}};
  fill(host, 1, 100, 500);
  CHECK(host.drain().size() == 19);
  const request urgent{.id = 1, .deadline = start + 500ms, .lane = 2};
  CHECK_FALSE(host.queue.wait_beyond(urgent, host.budget, start));
  host.add(urgent);
  CHECK(host.take_late(start).empty());
  CHECK(host.drain() == ids{1});
}

}  // namespace crowded_lane_test
