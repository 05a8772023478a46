#include "messages/open_waiters.hpp"

#include "messages/make_error.hpp"
#include "messages/token_waiter.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;

namespace {

struct service {
  std::shared_ptr<open_waiters> open = std::make_shared<open_waiters>();
  std::vector<errc> told;

  token_waiter make() {
    return {[this](const expected<access_token>& outcome) { told.push_back(outcome.error().code); },
            open};
  }
  void end() {
    (void)open->close();
    open->answer_all(make_error(errc::shutting_down, "over"));
  }
  [[nodiscard]] bool is_idle() const {
    return open->wait_until_idle(std::chrono::steady_clock::now());
  }
};

}  // namespace

TEST_CASE("a service that ends answers every waiter that is still open, once") {
  service s;
  const auto answered = s.make();
  std::vector<token_waiter> open;
  for (int i = 0; i < 50; ++i) {
    open.push_back(s.make());
  }
  CHECK(answered.answer(fail(errc::throttled, "first")));
  CHECK_FALSE(s.open->closed());
  CHECK(s.open->close());
  CHECK_FALSE(s.open->close());
  s.end();
  CHECK(s.told.size() == 51);
  CHECK(std::count(s.told.begin(), s.told.end(), errc::shutting_down) == 50);
  CHECK(s.is_idle());
  s.end();
  open.clear();
  CHECK(s.told.size() == 51);
}

TEST_CASE("a waiter that is created after the end is not answered by it") {
  service s;
  s.end();
  std::optional<token_waiter> late{s.make()};
  s.open->answer_all(make_error(errc::throttled, "again"));
  CHECK(s.told.empty());
  CHECK(s.is_idle());
  late.reset();
  CHECK(s.told == std::vector{errc::shutting_down});
}

TEST_CASE("completions that the end calls may answer, create and destroy waiters") {
  service s;
  std::vector<token_waiter> others;
  for (int i = 0; i < 10; ++i) {
    others.push_back(s.make());
  }
  int called = 0;
  const token_waiter first{[&](const auto&) {
                             ++called;
                             others.front().answer(fail(errc::cancelled, "by another"));
                             others.clear();
                             s.make();
                             s.open->answer_all(make_error(errc::shutting_down, "nested"));
                           },
                           s.open};
  s.end();
  CHECK(called == 1);
  CHECK(s.told.size() == 11);
  CHECK(s.is_idle());
}

TEST_CASE("the end waits for a completion that another thread runs") {
  service s;
  std::atomic<bool> running = false;
  std::atomic<bool> release = false;
  token_waiter slow{[&](const auto&) {
                      running = true;
                      while (!release) {
                        std::this_thread::yield();
                      }
                    },
                    s.open};
  std::jthread other{[&] { slow.answer(fail(errc::cancelled, "elsewhere")); }};
  while (!running) {
    std::this_thread::yield();
  }
  s.end();
  CHECK_FALSE(s.is_idle());
  release = true;
  CHECK(s.open->wait_until_idle(std::chrono::steady_clock::now() + 60s));
}

TEST_CASE("of many threads that answer, cancel, destroy and end, one answers each waiter") {
  for (int round = 0; round < 100; ++round) {
    const auto open = std::make_shared<open_waiters>();
    constexpr int count = 40;
    std::vector<std::atomic<int>> told(count);
    std::vector<std::stop_source> stops(count);
    std::vector<token_waiter> waiters;
    for (int i = 0; i < count; ++i) {
      waiters.emplace_back([&told, i](const auto&) { ++told[static_cast<std::size_t>(i)]; }, open);
      waiters.back().cancel_on(stops[static_cast<std::size_t>(i)].get_token());
    }
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      for (const auto& each : std::vector<token_waiter>{waiters.begin(), waiters.begin() + 20}) {
        each.answer(fail(errc::throttled, "by an actor"));
      }
    });
    threads.emplace_back([&] {
      for (auto& each : stops) {
        each.request_stop();
      }
    });
    threads.emplace_back([&] {
      (void)open->close();
      open->answer_all(make_error(errc::shutting_down, "over"));
    });
    threads.clear();
    waiters.clear();
    CHECK(std::all_of(told.begin(), told.end(), [](const auto& each) { return each == 1; }));
    CHECK(open->wait_until_idle(std::chrono::steady_clock::now()));
  }
}
