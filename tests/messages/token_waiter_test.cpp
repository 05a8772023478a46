#include "messages/token_waiter.hpp"

#include "messages/make_error.hpp"
#include "messages/no_wait_scope.hpp"
#include "tests/support/catch.hpp"

#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;

namespace {

// The outcomes that a waiter's completion received.
struct listener {
  std::vector<expected<access_token>> told;
  std::shared_ptr<open_waiters> service = std::make_shared<open_waiters>();

  token_waiter waiter() {
    return {[this](expected<access_token> outcome) { told.push_back(std::move(outcome)); },
            service};
  }
};

access_token some_token() {
  token_grant grant;
  grant.token = secret{"T"};
  return {std::move(grant), token_source::identity_provider};
}

}  // namespace

TEST_CASE("a waiter is answered once, by the first answer") {
  listener caller;
  const auto waiter = caller.waiter();
  CHECK_FALSE(waiter.answered());
  CHECK(waiter.answer(some_token()));
  CHECK(waiter.answered());
  CHECK_FALSE(waiter.answer(fail(errc::cancelled, "late")));
  REQUIRE(caller.told.size() == 1);
  CHECK(caller.told.front()->token().reveal() == "T");
}

TEST_CASE("copies of a waiter share one answer") {
  listener caller;
  {
    const auto waiter = caller.waiter();
    const auto copy = waiter;
    CHECK(copy.answer(fail(errc::throttled, "throttled")));
    CHECK(waiter.answered());
    CHECK_FALSE(waiter.answer(some_token()));
  }
  REQUIRE(caller.told.size() == 1);
  CHECK(caller.told.front().error().code == errc::throttled);
}

TEST_CASE("a waiter is answered when its last copy is destroyed") {
  listener caller;
  {
    auto waiter = caller.waiter();
    { const auto copy = waiter; }
    CHECK(caller.told.empty());
    const auto moved = std::move(waiter);
    CHECK(caller.told.empty());
  }
  REQUIRE(caller.told.size() == 1);
  CHECK(caller.told.front().error().code == errc::actor_terminated);
}

TEST_CASE("a waiter that is destroyed while its service shuts down receives shutting_down") {
  listener caller;
  {
    const auto waiter = caller.waiter();
    (void)caller.service->close();
  }
  REQUIRE(caller.told.size() == 1);
  CHECK(caller.told.front().error().code == errc::shutting_down);
}

TEST_CASE("a waiter without a service receives actor_terminated") {
  std::vector<errc> told;
  {
    const token_waiter waiter{
        [&told](const expected<access_token>& outcome) { told.push_back(outcome.error().code); },
        nullptr};
  }
  CHECK(told == std::vector{errc::actor_terminated});
}

TEST_CASE("a completion is destroyed with the answer, not with the last copy of the waiter") {
  auto held = std::make_shared<int>(7);
  const std::weak_ptr<int> observed = held;
  const token_waiter waiter{[held = std::move(held)](const expected<access_token>&) {}, nullptr};
  CHECK_FALSE(observed.expired());
  waiter.answer(some_token());
  CHECK(observed.expired());
}

TEST_CASE(
    "a thread must not wait for actors in a completion and while the completion is destroyed") {
  CHECK_FALSE(no_wait_scope::active());
  bool inside = false;
  bool inside_elsewhere = true;
  const token_waiter waiter{
      [&](const expected<access_token>&) {
        inside = no_wait_scope::active();
        std::thread{[&] { inside_elsewhere = no_wait_scope::active(); }}.join();
      },
      nullptr};
  waiter.answer(some_token());
  CHECK(inside);
  CHECK_FALSE(inside_elsewhere);
  CHECK_FALSE(no_wait_scope::active());
}

TEST_CASE("a default-constructed waiter counts as answered") {
  const token_waiter waiter;
  CHECK(waiter.answered());
  CHECK_FALSE(waiter.answer(some_token()));
}

TEST_CASE("of many threads that answer a waiter, one succeeds") {
  constexpr int threads = 4;
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> told = 0;
    std::atomic<int> won = 0;
    const token_waiter waiter{[&told](const expected<access_token>&) { ++told; }, nullptr};
    std::latch ready{threads};
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&] {
        ready.arrive_and_wait();
        won += waiter.answer(some_token()) ? 1 : 0;
      });
    }
    all.clear();
    CHECK(told == 1);
    CHECK(won == 1);
  }
}

TEST_CASE("a waiter shows whether it was answered") {
  listener caller;
  const auto waiter = caller.waiter();
  CHECK(to_string(waiter) == "token_waiter(waiting)");
  waiter.answer(some_token());
  CHECK(to_string(waiter) == "token_waiter(answered)");
}
