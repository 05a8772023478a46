#include "tests/actors/policies/queued_host.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>

namespace admission_queue_test {

using namespace midas::internal;
using namespace midas::internal::test::admission;

TEST_CASE("requests of one lane are admitted in the order of their deadlines") {
  queued_host host{{10, 10}};
  CHECK(host.next() == time_point::max());
  host.add({1, start + 30s});
  host.add({2, start + 10s});
  host.add({3, start + 20s});
  host.add({4, start + 10s});
  CHECK(host.next() == start);
  CHECK(host.admit() == ids{2, 4, 3, 1});
  CHECK(host.next() == time_point::max());
}

TEST_CASE("a request beyond the limits is admitted when they allow it") {
  queued_host host{{1, 10}};
  host.add({1, start + 10s});
  host.add({2, start + 20s});
  CHECK(host.admit() == ids{1});
  CHECK(host.next() == time_point::max());
  host.end(1);
  CHECK(host.next() == start);
  CHECK(host.admit() == ids{2});
}

TEST_CASE("lanes take turns, and a lane that was empty joins at the end") {
  queued_host host{{100, 0}};
  for (std::uint64_t id = 1; id <= 4; ++id) {
    host.add({id, start + 10s, 1});
  }
  host.add({5, start + 20s, 2});
  host.add({6, start + 1s, 3});
  host.add({7, start + 30s, 2});
  CHECK(host.drain() == ids{1, 5, 6, 2, 7, 3, 4});
}

TEST_CASE("a key in another lane is next but one, however many keys one lane requests") {
  queued_host host{{5, 20}, 10'000};
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    // Lane 0 leaves nothing to the others.
    host.add({id, start + 1min, 0});
  }
  CHECK(host.drain().size() == 20);
  host.add({5'000, start + 2s, 2});
  CHECK_FALSE(host.queue.wait_beyond({5'001, start + 2s, 3}, host.budget, start));
  const auto next = host.drain(start + rate_window);
  REQUIRE(next.size() == 20);
  CHECK((next[0] == 5'000 || next[1] == 5'000));
}

TEST_CASE("a copy of a queue tells the order in which it will admit") {
  queued_host host{{100, 0}};
  for (std::uint64_t id = 1; id <= 20; ++id) {
    const auto purpose = id % 2 == 0 ? request_purpose::refresh : request_purpose::cold_key;
    host.add({id, start + 30s, 0, purpose, 0, start + 1s * (11 - id)});
  }
  const auto expected = host.queue.next(30, start);
  CHECK(host.drain() == expected);
}

TEST_CASE("the requests for one identity leave one slot free for the others") {
  queued_host host{{5, 0}};
  for (std::uint64_t id = 1; id <= 10; ++id) {
    host.add({id, start + 10s, 0, request_purpose::cold_key, 7});
  }
  CHECK(host.admit() == ids{1, 2, 3, 4});
  CHECK(host.next() == time_point::max());
  // Earlier in the lane, but for the identity that has all the slots.
  host.add({11, start + 20s, 0, request_purpose::cold_key, 8});
  CHECK(host.next() == start);
  CHECK(host.admit() == ids{11});
  host.end(11);
  CHECK(host.admit().empty());
  host.end(1);
  CHECK(host.admit() == ids{5});
}

TEST_CASE("a request for another identity is found in any lane") {
  queued_host host{{3, 0}};
  host.add({1, start + 10s, 1, request_purpose::cold_key, 7});
  host.add({2, start + 10s, 2, request_purpose::cold_key, 7});
  host.add({3, start + 10s, 3, request_purpose::cold_key, 7});
  host.add({4, start + 10s, 4, request_purpose::cold_key, 8});
  CHECK(host.admit() == ids{1, 2, 4});
}

TEST_CASE("one slot is enough for one identity if the host has only one") {
  queued_host host{{1, 0}};
  host.add({1, start + 10s, 0, request_purpose::cold_key, 7});
  CHECK(host.admit() == ids{1});
}

TEST_CASE("requests whose identity is not known may use all slots") {
  queued_host host{{3, 0}};
  for (std::uint64_t id = 1; id <= 4; ++id) {
    host.add({id, start + 10s});
  }
  CHECK(host.admit() == ids{1, 2, 3});
}

TEST_CASE("a lane may have a limited number of cold keys, waiting and in flight") {
  queued_host host{{1, 0}, 2};
  host.add({1, start + 10s, 1});
  CHECK(host.admit() == ids{1});
  CHECK(host.queue.has_room({2, start + 10s, 1}));
  host.add({2, start + 10s, 1});
  CHECK_FALSE(host.queue.has_room({3, start + 10s, 1}));
  CHECK(host.queue.has_room({3, start + 10s, 2}));
  CHECK(host.queue.has_room({3, start + 10s, 1, request_purpose::refresh}));
  SECTION("until one in flight ends") { host.end(1); }
  SECTION("until one that waits is removed") { host.queue.remove(2); }
  CHECK(host.queue.has_room({3, start + 10s, 1}));
}

TEST_CASE("refreshes do not count as cold keys of their lane") {
  queued_host host{{5, 0}, 1};
  host.add({1, start + 10s, 1, request_purpose::refresh});
  CHECK(host.queue.has_room({2, start + 10s, 1}));
  host.admit();
  host.end(1);
  CHECK(host.queue.has_room({2, start + 10s, 1}));
}

TEST_CASE("a request for another identity is not refused for those that it may pass") {
  queued_host host{{3, 20}};
  for (std::uint64_t id = 1; id <= 600; ++id) {
    host.add({id, start + 1min, 0, request_purpose::cold_key, 7});
  }
  CHECK(host.admit() == ids{1, 2});
  CHECK(host.queue.wait_beyond({999, start + 1min, 0, request_purpose::cold_key, 7}, host.budget,
                               start) == std::nullopt);
  CHECK(host.queue.wait_beyond({999, start + 2s, 0, request_purpose::cold_key, 8}, host.budget,
                               start) == std::nullopt);
}

TEST_CASE("a nearer deadline moves a waiting request forward, a later one does not move it") {
  queued_host host{{1, 0}};
  host.add({1, start + 1min});
  host.add({2, start + 1min});
  host.add({3, start + 30s});
  CHECK(host.queue.hasten(2, start + 10s, start) == start + 10s);
  CHECK(host.queue.hasten(3, start + 40s, start) == start + 30s);
  CHECK(host.admit() == ids{2});
  CHECK_FALSE(host.queue.hasten(2, start + 1s, start));
  CHECK_FALSE(host.queue.hasten(99, start + 1s, start));
  host.end(2);
  CHECK(host.drain() == ids{3, 1});
}

TEST_CASE("a request that is removed while it waits leaves its place to the next") {
  queued_host host{{1, 0}};
  host.add({1, start + 10s});
  host.add({2, start + 20s});
  host.queue.remove(1);
  host.queue.remove(1);
  CHECK(host.queue.waiting() == 1);
  CHECK(host.drain() == ids{2});
}

TEST_CASE("the copy of a queue admits the same requests in the same order") {
  queued_host original{{1, 0}};
  for (std::uint64_t id = 1; id <= 12; ++id) {
    original.add(
        {.id = id, .deadline = start + 1s * (13 - id), .lane = static_cast<std::uint32_t>(id % 3)});
  }
  original.end(original.admit().front());
  auto copy = original;
  const auto expected = original.drain();
  CHECK(copy.drain() == expected);
}

}  // namespace admission_queue_test
