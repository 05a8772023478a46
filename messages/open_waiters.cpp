#include "messages/open_waiters.hpp"

#include "messages/token_waiter.hpp"

#include <cstdint>

namespace midas::internal {

open_waiters::shard& open_waiters::shard_of(const links& waiter) noexcept {
  // Waiters are allocated blocks, whose addresses differ above the lowest bits.
  return shards_[(reinterpret_cast<std::uintptr_t>(&waiter) >> 7U) % shards_.size()];
}

void open_waiters::add(links& waiter) {
  auto& home = shard_of(waiter);
  const std::lock_guard lock{home.mutex};
  if (closed()) {
    return;
  }
  waiter.next = &home.ends;
  waiter.previous = home.ends.previous;
  waiter.previous->next = &waiter;
  home.ends.previous = &waiter;
}

std::optional<token_waiter> open_waiters::shard::first_unanswered() {
  const std::lock_guard lock{mutex};
  for (auto* at = ends.next; at != &ends; at = at->next) {
    if (auto found = token_waiter::unanswered(*at)) {
      return found;
    }
  }
  return std::nullopt;
}

void open_waiters::remove(links& waiter) noexcept {
  // In a forked child, a thread that does not exist there may hold the lock.
  if (process_.is_forked()) {
    return;
  }
  auto& home = shard_of(waiter);
  const std::lock_guard lock{home.mutex};
  if (waiter.next == nullptr) {
    return;
  }
  waiter.previous->next = waiter.next;
  waiter.next->previous = waiter.previous;
  waiter.next = nullptr;
  if (closed() && home.ends.next == &home.ends) {
    home.emptied.notify_all();
  }
}

void open_waiters::answer_all(const error& failure) {
  for (auto& each : shards_) {
    // From the beginning after each answer, because completions add and remove waiters.
    while (const auto found = each.first_unanswered()) {
      found->answer(unexpected{failure});
    }
  }
}

bool open_waiters::wait_until_idle(std::chrono::steady_clock::time_point deadline) {
  for (auto& each : shards_) {
    std::unique_lock lock{each.mutex};
    if (!each.emptied.wait_until(lock, deadline,
                                 [&each] { return each.ends.next == &each.ends; })) {
      return false;
    }
  }
  return true;
}

}  // namespace midas::internal
