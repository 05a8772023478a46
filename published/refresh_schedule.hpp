// When the published tokens must be refreshed.
#pragma once

#include "messages/clock_reading.hpp"
#include "published/published_slot.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace midas::internal {

/// Orders slots by published_slot::refresh(), which stays the one place of that time: an item of
/// the schedule whose slot has another time meanwhile is void. A schedule of its own copies of the
/// keys would take as much memory as the tokens. Pure: time is an argument. Not thread-safe.
class refresh_schedule {
 public:
  using time_point = boot_clock::time_point;
  using slot = std::shared_ptr<published_slot>;

  /// Schedules the refresh of that slot for its refresh().
  void add(slot planned) {
    const auto at = planned->refresh();
    if (at != published_slot::no_refresh) {
      items_.push_back({at, std::move(planned)});
      std::ranges::push_heap(items_, later);
    }
  }

  /// Schedules exactly the refreshes of these slots.
  void assign(std::vector<slot> planned) {
    items_.clear();
    items_.reserve(planned.size());
    for (auto& each : planned) {
      const auto at = each->refresh();
      items_.push_back({at, std::move(each)});
    }
    std::erase_if(items_, [](const item& each) { return each.at == published_slot::no_refresh; });
    std::ranges::make_heap(items_, later);
  }

  /// Drops the void items if they outnumber the `live` ones, so that each costs a constant.
  void compact(std::size_t live) {
    constexpr std::size_t slack = 64;
    if (items_.size() > 2 * live + slack) {
      std::erase_if(items_, is_void);
      std::ranges::make_heap(items_, later);
    }
  }

  /// When the earliest refresh is due.
  [[nodiscard]] std::optional<time_point> next() {
    while (!items_.empty() && is_void(items_.front())) {
      take_first();
    }
    return items_.empty() ? std::nullopt : std::optional{items_.front().at};
  }

  /// Removes the slots whose refresh is due at `now`, the earliest first, each once.
  [[nodiscard]] std::vector<slot> take_due(time_point now) {
    std::vector<slot> due;
    for (auto first = next(); first && *first <= now; first = next()) {
      auto taken = take_first();
      // Items of one slot at one time are adjacent.
      if (due.empty() || due.back() != taken) {
        due.push_back(std::move(taken));
      }
    }
    return due;
  }

  /// The items in memory, void ones included.
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

 private:
  struct item {
    time_point at;
    slot planned;
  };

  static bool later(const item& one, const item& other) noexcept {
    return std::pair{one.at, one.planned.get()} > std::pair{other.at, other.planned.get()};
  }

  static bool is_void(const item& each) noexcept { return each.planned->refresh() != each.at; }

  slot take_first() {
    std::ranges::pop_heap(items_, later);
    auto first = std::move(items_.back().planned);
    items_.pop_back();
    return first;
  }

  std::vector<item> items_;
};

}  // namespace midas::internal
