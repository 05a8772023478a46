// The end of a service, and threads that must not wait, as observers see them.
#include "messages/no_wait_scope.hpp"
#include "tests/actors/support/observers_fixture.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace observers_end_test {

using namespace std::chrono_literals;
using midas::event_subscription;
using midas::token_event;
using midas::internal::no_wait_scope;
using midas::internal::observers;
using namespace midas::internal::test;

TEST_CASE("after the end, no observer is called and none is added") {
  const auto all = std::make_shared<observers>();
  listener one;
  listener late;
  std::optional<event_subscription> first{one.subscribe(all)};
  // An observer of the same event that comes after one that ends the service.
  listener skipped;
  const auto ends = midas::internal::subscribe(all, [&all](const token_event&) { all->close(); });
  const auto second = skipped.subscribe(all);
  emit(*all, 1);
  CHECK(one.received == counts{1});
  CHECK(skipped.received.empty());
  CHECK_FALSE(all->any());
  CHECK(all->wait_until_idle(std::chrono::steady_clock::now()));
  const auto none = late.subscribe(all);
  emit(*all, 2);
  CHECK(late.received.empty());
  first.reset();
}

TEST_CASE("the end waits for an observer that another thread runs") {
  const auto all = std::make_shared<observers>();
  std::atomic<int> stage = 0;
  const auto slow = midas::internal::subscribe(all, [&stage](const token_event&) {
    stage = 1;
    stage.notify_all();
    stage.wait(1);
  });
  std::thread teller{[&all] { emit(*all, 1); }};
  stage.wait(0);
  all->close();
  CHECK_FALSE(all->wait_until_idle(std::chrono::steady_clock::now()));
  stage = 2;
  stage.notify_all();
  CHECK(all->wait_until_idle(std::chrono::steady_clock::now() + 60s));
  teller.join();
}

TEST_CASE("a thread must not wait for actors in an observer, or while it destroys one") {
  const auto all = std::make_shared<observers>();
  std::vector<bool> active;
  struct watcher {
    std::vector<bool>& active;
    ~watcher() { active.push_back(no_wait_scope::active()); }
  };
  std::optional<event_subscription> own;
  own.emplace(midas::internal::subscribe(
      all, [&, captured = std::make_shared<watcher>(active)](const token_event&) {
        active.push_back(no_wait_scope::active());
        own.reset();
      }));
  emit(*all, 1);
  CHECK(active == std::vector{true, true});
}

TEST_CASE("the end waits for the destruction of an observer that is called last") {
  const auto all = std::make_shared<observers>();
  std::vector<bool> idle;
  struct watcher {
    observers& all;
    std::vector<bool>& idle;
    ~watcher() { idle.push_back(all.wait_until_idle(std::chrono::steady_clock::now())); }
  };
  std::optional<event_subscription> own;
  own.emplace(midas::internal::subscribe(all, [&, captured = std::make_shared<watcher>(*all, idle)](
                                                  const token_event&) { own.reset(); }));
  emit(*all, 1);
  CHECK(idle == std::vector{false});
  CHECK(all->wait_until_idle(std::chrono::steady_clock::now()));
}

}  // namespace observers_end_test
