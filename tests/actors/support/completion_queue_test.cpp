#include "actors/support/completion_queue.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace completion_queue_test {

using midas::internal::completion_queue;

namespace {

midas::internal::http_response status(int value) {
  return {.status = value, .headers = {}, .body = {}};
}

}  // namespace

TEST_CASE("the consumer is notified of the first completion since the last take") {
  completion_queue queue;
  CHECK(queue.push({1, status(200)}));
  CHECK_FALSE(queue.push({2, status(404)}));
  std::vector<completion_queue::completion> taken;
  queue.take(taken);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].id == 1);
  CHECK(taken[1].id == 2);
  CHECK(taken[1].outcome->status == 404);
  CHECK(queue.push({3, status(200)}));
}

TEST_CASE("a take replaces the completions of the one before") {
  completion_queue queue;
  std::vector<completion_queue::completion> taken;
  REQUIRE(queue.push({1, status(200)}));
  queue.take(taken);
  REQUIRE(queue.push({2, midas::internal::fail(midas::errc::cancelled, "no longer wanted")}));
  queue.take(taken);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].id == 2);
  CHECK_FALSE(taken[0].outcome);
  queue.take(taken);
  CHECK(taken.empty());
}

TEST_CASE("each completion is taken once, and the consumer is notified of all") {
  constexpr std::uint64_t count = 20'000;
  completion_queue queue;
  std::atomic<std::uint64_t> told = 0;
  std::thread transport{[&] {
    for (std::uint64_t id = 1; id <= count; ++id) {
      if (queue.push({id, status(200)})) {
        ++told;
        told.notify_one();
      }
    }
  }};
  std::vector<completion_queue::completion> taken;
  std::uint64_t heard = 0;
  std::uint64_t last = 0;
  bool in_order = true;
  while (last != count) {
    told.wait(heard);
    heard = told.load();
    queue.take(taken);
    for (const auto& item : taken) {
      in_order = in_order && item.id == last + 1;
      last = item.id;
    }
  }
  transport.join();
  CHECK(in_order);
}

}  // namespace completion_queue_test
