#include "messages/fork_watch.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace midas::internal {

namespace {

constinit std::atomic<std::uint32_t> generation = 0;

// Fixed capacity: the child must not depend on an allocation that a fork interrupted.
template <class T>
struct short_list {
  std::array<T, 8> items{};
  std::size_t size = 0;

  void add(T item) { items.at(size++) = item; }
};

constinit std::mutex lists_mutex;
constinit short_list<std::mutex*> outer_mutexes;
constinit short_list<std::mutex*> inner_mutexes;
constinit short_list<void (*)()> child_functions;

void unlock_all() {
  for (const auto* list : {&inner_mutexes, &outer_mutexes}) {
    for (std::size_t i = 0; i < list->size; ++i) {
      list->items[i]->unlock();
    }
  }
  lists_mutex.unlock();
}

void before_fork() {
  lists_mutex.lock();
  for (const auto* list : {&outer_mutexes, &inner_mutexes}) {
    for (std::size_t i = 0; i < list->size; ++i) {
      list->items[i]->lock();
    }
  }
}

void in_child() {
  generation.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < child_functions.size; ++i) {
    child_functions.items[i]();
  }
  unlock_all();
}

void watch() {
  [[maybe_unused]] static const int registered =
      pthread_atfork(&before_fork, &unlock_all, &in_child);
}

}  // namespace

process_tag::process_tag() {
  watch();
  generation_ = generation.load(std::memory_order_relaxed);
}

bool process_tag::is_forked() const noexcept {
  return generation_ != generation.load(std::memory_order_relaxed);
}

lock_during_fork::lock_during_fork(std::mutex& mutex, lock_rank rank) noexcept {
  watch();
  const std::lock_guard lock{lists_mutex};
  (rank == lock_rank::outer ? outer_mutexes : inner_mutexes).add(&mutex);
}

call_in_forked_child::call_in_forked_child(void (*function)()) noexcept {
  watch();
  const std::lock_guard lock{lists_mutex};
  child_functions.add(function);
}

}  // namespace midas::internal
