#include "messages/fork_watch.hpp"
#include <midas/detail/version_slots.hpp>

#include <mutex>
#include <vector>

namespace midas::detail {

constinit std::array<std::atomic<version_slots::chunk*>,
                     version_slots::max_slots / version_slots::chunk_size>
    version_slots::chunks{};

namespace {

constinit std::mutex mutex;
const internal::lock_during_fork slots_mutex_in_fork{mutex, internal::lock_rank::inner};

// Never destroyed: static objects that are destroyed late may still give slots back.
struct free_slots {
  std::vector<version_slots::slot_index> given_back;
  version_slots::slot_index next = version_slots::no_slot + 1;
};

// Called with the lock.
free_slots& free_list() {
  static auto& list = *new free_slots;
  return list;
}

}  // namespace

version_slots::slot_index version_slots::take() {
  const std::lock_guard lock{mutex};
  auto& list = free_list();
  if (!list.given_back.empty()) {
    const auto slot = list.given_back.back();
    list.given_back.pop_back();
    return slot;
  }
  if (list.next == max_slots) {
    return no_slot;
  }
  auto& home = chunks[list.next / chunk_size];
  if (home.load(std::memory_order_relaxed) == nullptr) {
    home.store(new chunk{}, std::memory_order_release);
  }
  return list.next++;
}

void version_slots::give_back(slot_index taken) {
  if (taken != no_slot) {
    const std::lock_guard lock{mutex};
    free_list().given_back.push_back(taken);
  }
}

}  // namespace midas::detail
