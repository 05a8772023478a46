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
constinit short_list<std::mutex*> mutexes;
constinit short_list<void (*)()> child_functions;

void unlock_all() {
  for (auto i = mutexes.size; i > 0; --i) {
    mutexes.items[i - 1]->unlock();
  }
  lists_mutex.unlock();
}

void before_fork() {
  lists_mutex.lock();
  for (std::size_t i = 0; i < mutexes.size; ++i) {
    mutexes.items[i]->lock();
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

lock_during_fork::lock_during_fork(std::mutex& mutex) noexcept {
  watch();
  const std::lock_guard lock{lists_mutex};
  mutexes.add(&mutex);
}

call_in_forked_child::call_in_forked_child(void (*function)()) noexcept {
  watch();
  const std::lock_guard lock{lists_mutex};
  child_functions.add(function);
}

}  // namespace midas::internal
