#include "actors/support/observers.hpp"

#include "tests/actors/support/observers_fixture.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace observers_test {

using namespace std::chrono_literals;
using midas::connection_opened;
using midas::event_subscription;
using midas::token_event;
using midas::internal::observers;
using namespace midas::internal::test;

TEST_CASE("each observer receives each event, in the order in which they happen") {
  const auto all = std::make_shared<observers>();
  listener one;
  listener two;
  const auto first = one.subscribe(all);
  emit(*all, 1);
  const auto second = two.subscribe(all);
  emit(*all, 2);
  emit(*all, 3);
  CHECK(one.received == counts{1, 2, 3});
  CHECK(two.received == counts{2, 3});
}

TEST_CASE("no event is created without observers") {
  const auto all = std::make_shared<observers>();
  int made = 0;
  const auto make = [&made] {
    ++made;
    return opened(1);
  };
  all->emit(make);
  CHECK(made == 0);
  CHECK_FALSE(all->any());
  listener one;
  listener two;
  {
    const auto first = one.subscribe(all);
    const auto second = two.subscribe(all);
    CHECK(all->any());
    all->emit(make);
    // Created once, for both.
    CHECK(made == 1);
  }
  CHECK_FALSE(all->any());
  all->emit(make);
  CHECK(made == 1);
}

TEST_CASE("destroying a subscription ends it; the others continue") {
  const auto all = std::make_shared<observers>();
  listener one;
  listener two;
  const auto first = one.subscribe(all);
  {
    const auto second = two.subscribe(all);
    emit(*all, 1);
  }
  CHECK(all->any());
  emit(*all, 2);
  CHECK(one.received == counts{1, 2});
  CHECK(two.received == counts{1});
}

TEST_CASE("a subscription is moved, never copied, and destroying a moved-from one has no effect") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<event_subscription>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<event_subscription>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<event_subscription>);
  STATIC_REQUIRE(std::is_nothrow_move_assignable_v<event_subscription>);
  const auto all = std::make_shared<observers>();
  listener one;
  std::optional<event_subscription> kept;
  {
    auto first = one.subscribe(all);
    kept.emplace(std::move(first));
  }
  emit(*all, 1);
  {
    event_subscription assigned;
    assigned = *std::move(kept);
    kept.reset();
    emit(*all, 2);
  }
  emit(*all, 3);
  CHECK(one.received == counts{1, 2});
}

TEST_CASE("assigning to a subscription ends its previous observation") {
  const auto all = std::make_shared<observers>();
  listener one;
  listener two;
  auto subscription = one.subscribe(all);
  auto next = two.subscribe(all);
  subscription = std::move(next);
  emit(*all, 1);
  CHECK(one.received.empty());
  CHECK(two.received == counts{1});
  subscription = {};
  emit(*all, 2);
  CHECK(two.received == counts{1});
  CHECK_FALSE(all->any());
}

TEST_CASE("a subscription survives self-assignment") {
  const auto all = std::make_shared<observers>();
  listener one;
  auto subscription = one.subscribe(all);
  auto& same = subscription;
  subscription = std::move(same);
  emit(*all, 1);
  CHECK(one.received == counts{1});
}

TEST_CASE("a subscription may outlive the observed object") {
  auto all = std::make_shared<observers>();
  listener one;
  const auto subscription = one.subscribe(all);
  emit(*all, 1);
  all.reset();
  CHECK(one.received == counts{1});
}

TEST_CASE("an observer may add and remove observers while it is called") {
  const auto all = std::make_shared<observers>();
  listener late;
  std::optional<event_subscription> own;
  std::optional<event_subscription> added;
  int received = 0;
  own.emplace(midas::internal::subscribe(all, [&](const token_event&) {
    ++received;
    added.emplace(late.subscribe(all));
    own.reset();
  }));
  emit(*all, 1);
  emit(*all, 2);
  CHECK(received == 1);
  CHECK(late.received == counts{2});
}

TEST_CASE("an observer may own the subscription of another") {
  const auto all = std::make_shared<observers>();
  listener inner;
  const auto owned = std::make_shared<event_subscription>(inner.subscribe(all));
  {
    const auto outer = midas::internal::subscribe(all, [owned](const token_event&) {});
    CHECK(owned.use_count() > 1);
  }
  CHECK(owned.use_count() == 1);
  {
    auto handed_over = std::make_shared<event_subscription>(inner.subscribe(all));
    const auto outer =
        midas::internal::subscribe(all, [own = std::move(handed_over)](const token_event&) {});
    emit(*all, 1);
  }
  // The inner observer is called while the outer one exists.
  emit(*all, 2);
  CHECK(inner.received == counts{1, 1, 2});
}

TEST_CASE(
    "observers are added and removed while events are emitted, and the others miss no event") {
  constexpr std::uint64_t count = 2'000;
  const auto all = std::make_shared<observers>();
  std::atomic<std::uint64_t> received = 0;
  const auto steady =
      midas::internal::subscribe(all, [&received](const token_event&) { ++received; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&all] {
      for (std::uint64_t i = 0; i < count; ++i) {
        emit(*all, i);
      }
    });
    threads.emplace_back([&all] {
      for (std::uint64_t i = 0; i < count / 10; ++i) {
        // It may still receive an event that is being emitted.
        const auto own = std::make_shared<std::atomic<std::uint64_t>>(0);
        const auto passing = midas::internal::subscribe(all, [own](const token_event&) { ++*own; });
        emit(*all, i);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(received == 2 * count + 2 * (count / 10));
  CHECK(all->any());
}

TEST_CASE("an observer may be removed while another thread calls it") {
  const auto all = std::make_shared<observers>();
  std::atomic<int> stage = 0;
  std::atomic<int> received = 0;
  std::optional<event_subscription> subscription;
  subscription.emplace(midas::internal::subscribe(all, [&stage, &received](const token_event&) {
    stage = 1;
    stage.notify_all();
    // Returns only after it was removed.
    stage.wait(1);
    ++received;
  }));
  std::thread teller{[&all] { emit(*all, 1); }};
  stage.wait(0);
  subscription.reset();
  CHECK_FALSE(all->any());
  stage = 2;
  stage.notify_all();
  teller.join();
  emit(*all, 2);
  CHECK(received == 1);
}

TEST_CASE("an observer that throws is removed, and the others receive the event") {
  const auto all = std::make_shared<observers>();
  listener before;
  listener after;
  const auto first = before.subscribe(all);
  int calls = 0;
  const auto broken = midas::internal::subscribe(all, [&calls](const token_event&) {
    ++calls;
    throw std::runtime_error{"observer"};
  });
  const auto last = after.subscribe(all);
  emit(*all, 1);
  emit(*all, 2);
  CHECK(calls == 1);
  CHECK(before.received == counts{1, 2});
  CHECK(after.received == counts{1, 2});
}

TEST_CASE("an empty function observes nothing") {
  const auto all = std::make_shared<observers>();
  const auto none = midas::internal::subscribe(all, {});
  CHECK_FALSE(all->any());
  emit(*all, 1);
}

TEST_CASE("an observer receives the introduction once, before its first other event") {
  const auto all = std::make_shared<observers>();
  all->introduce_with(opened(7));
  listener first;
  const auto subscription = first.subscribe(all);
  CHECK(first.received.empty());
  emit(*all, 1);
  listener second;
  const auto later = second.subscribe(all);
  emit(*all, 2);
  CHECK(first.received == counts{7, 1, 2});
  CHECK(second.received == counts{7, 2});
}

TEST_CASE("an introduction that does not wait for another event is not repeated") {
  const auto all = std::make_shared<observers>();
  all->introduce_with(opened(7));
  listener one;
  const auto subscription = one.subscribe(all);
  all->introduce();
  CHECK(one.received == counts{7});
  all->introduce();
  emit(*all, 1);
  CHECK(one.received == counts{7, 1});
}

TEST_CASE("an observer that throws at the introduction is removed") {
  const auto all = std::make_shared<observers>();
  all->introduce_with(opened(7));
  all->add([](const midas::token_event&) { throw std::runtime_error{"observer"}; });
  all->introduce();
  CHECK_FALSE(all->any());
}

}  // namespace observers_test
