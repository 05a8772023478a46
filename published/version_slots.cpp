#include <midas/detail/version_slots.hpp>

namespace midas {

namespace {

// Never destroyed: objects of the process that go last may still give places back.
struct free_places {
  std::mutex mutex;
  std::vector<version_board::place> given_back;
  version_board::place next = version_board::nowhere + 1;
};

free_places& free_list() {
  static auto& list = *new free_places;
  return list;
}

}  // namespace

version_board::place version_board::take() {
  auto& list = free_list();
  const std::lock_guard lock{list.mutex};
  if (!list.given_back.empty()) {
    const auto place = list.given_back.back();
    list.given_back.pop_back();
    return place;
  }
  if (list.next == most_places) {
    return nowhere;
  }
  auto& home = chunks[list.next / chunk_size];
  if (home.load(std::memory_order_relaxed) == nullptr) {
    home.store(new chunk{}, std::memory_order_release);
  }
  return list.next++;
}

void version_board::give_back(place taken) {
  if (taken != nowhere) {
    auto& list = free_list();
    const std::lock_guard lock{list.mutex};
    list.given_back.push_back(taken);
  }
}

}  // namespace midas
