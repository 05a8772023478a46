#include "service/store_thread.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point after(std::chrono::milliseconds wait) {
  return std::chrono::steady_clock::now() + wait;
}

}  // namespace

TEST_CASE("the jobs run in their order, on one other thread") {
  store_thread thread;
  std::promise<void> done;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(thread.run([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
      if (i == 2) {
        done.set_value();
      }
    }));
  }
  done.get_future().wait();
  thread.stop(after(60s));
  CHECK(order == std::vector{0, 1, 2});
  CHECK(threads == std::vector(3, threads.front()));
  CHECK(threads.front() != std::this_thread::get_id());
}

TEST_CASE("stop waits for the job that runs, and no job runs after it") {
  store_thread thread;
  std::promise<void> started;
  bool ended = false;
  REQUIRE(thread.run([&] {
    started.set_value();
    std::this_thread::sleep_for(50ms);
    ended = true;
  }));
  started.get_future().wait();
  thread.stop(after(60s));
  CHECK(ended);
  CHECK_FALSE(thread.run([] { FAIL("runs"); }));
}

TEST_CASE("stop leaves a job that hangs behind") {
  const auto release = std::make_shared<std::promise<void>>();
  const auto released = release->get_future().share();
  const auto started = std::make_shared<std::promise<void>>();
  const auto ended = std::make_shared<std::promise<void>>();
  const auto left = ended->get_future();
  {
    store_thread thread;
    REQUIRE(thread.run([started, released, ended] {
      started->set_value();
      released.wait();
      ended->set_value();
    }));
    started->get_future().wait();
    thread.stop(after(20ms));
  }
  release->set_value();
  left.wait();
}

TEST_CASE("a thread that had no job stops at once") {
  store_thread thread;
  thread.stop(after(60s));
  CHECK_FALSE(thread.run([] {}));
}

TEST_CASE("a job may own the last reference to its thread") {
  auto thread = std::make_shared<store_thread>();
  std::promise<void> done;
  auto* const runner = thread.get();
  std::promise<void> moved;
  REQUIRE(
      runner->run([&done, owned = std::move(thread), wait = moved.get_future().share()]() mutable {
        wait.wait();
        owned.reset();
        done.set_value();
      }));
  moved.set_value();
  done.get_future().wait();
}
