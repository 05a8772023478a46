// What the readers of one published token share.
#pragma once

#include "messages/clock_reading.hpp"
#include <midas/detail/version_slots.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace midas::internal {

using detail::version_slots;

/// Thread-safe.
struct published_slot {
  published_slot() : slot_index(version_slots::take()) {}
  published_slot(const published_slot&) = delete;
  published_slot& operator=(const published_slot&) = delete;
  ~published_slot() { version_slots::give_back(slot_index); }

  /// Where its version stands, which changes with whatever is published here, and when it is
  /// published no more.
  const version_slots::slot_index slot_index;

  /// On the boot clock. Written only when the second changes.
  std::atomic<std::chrono::seconds::rep> last_used = 0;

  /// From when on the token is to be renewed, on the boot clock.
  std::atomic<boot_clock::rep> refresh_at = 0;

  /// The cache knows that the renewal is due.
  std::atomic<bool> refresh_reported = false;

  void use(const clock_reading& now) noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(now.boot).time_since_epoch();
    if (last_used.load(std::memory_order_relaxed) != second.count()) {
      last_used.store(second.count(), std::memory_order_relaxed);
    }
  }

  [[nodiscard]] boot_clock::time_point refresh() const noexcept {
    return boot_clock::time_point{boot_clock::duration{refresh_at.load(std::memory_order_relaxed)}};
  }

  /// True for one reader after that moment: the one who has to tell the cache.
  bool take_overdue_refresh(const clock_reading& now) noexcept {
    return now.boot >= refresh() && !refresh_reported.load(std::memory_order_relaxed) &&
           !refresh_reported.exchange(true);
  }

  [[nodiscard]] std::uint32_t current_version() const noexcept {
    return slot_index == version_slots::no_slot
               ? 0
               : version_slots::at(slot_index).load(std::memory_order_acquire);
  }

  /// Whoever has a copy of what is published here has to look again.
  void change() const noexcept {
    if (slot_index != version_slots::no_slot) {
      version_slots::at(slot_index).fetch_add(1, std::memory_order_release);
    }
  }
};

}  // namespace midas::internal
