// Children that are forked while other threads hold locks, or make objects that are made once.
#include "messages/fork_watch.hpp"

#include "messages/made_once.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"

#include <chrono>
#include <future>
#include <mutex>
#include <thread>

using namespace midas::internal;
using midas::internal::test::in_forked_child;
using namespace std::chrono_literals;

namespace {

constinit std::mutex inner_mutex;
constinit std::mutex outer_mutex;
const lock_during_fork inner_in_fork{inner_mutex, lock_rank::inner};
const lock_during_fork outer_in_fork{outer_mutex, lock_rank::outer};

}  // namespace

TEST_CASE("a fork waits for a thread that holds an outer lock and takes an inner one") {
  const auto forks_while_locked = [] {
    std::promise<void> locked;
    std::thread other{[&locked] {
      const std::lock_guard outer{outer_mutex};
      locked.set_value();
      std::this_thread::sleep_for(50ms);
      const std::lock_guard inner{inner_mutex};
    }};
    locked.get_future().wait();
    const auto status = in_forked_child([] {
      const std::scoped_lock both{outer_mutex, inner_mutex};
      return true;
    });
    other.join();
    return status == 0;
  };
  // In a child, so that a deadlock ends.
  CHECK(in_forked_child(forks_while_locked) == 0);
}

TEST_CASE("an object is made once, by the first call") {
  static constinit made_once<int> object;
  CHECK(object.get([] { return 1; }) == 1);
  CHECK(object.get([] { return 2; }) == 1);
}

TEST_CASE("a child that is forked while a thread makes an object makes its own") {
  static constinit made_once<int> object;
  std::promise<void> begun;
  std::promise<void> forked;
  std::thread maker{[&] {
    object.get([&] {
      begun.set_value();
      forked.get_future().wait();
      return 1;
    });
  }};
  begun.get_future().wait();
  CHECK(in_forked_child([] { return object.get([] { return 2; }) == 2; }) == 0);
  forked.set_value();
  maker.join();
  CHECK(object.get([] { return 3; }) == 1);
}
