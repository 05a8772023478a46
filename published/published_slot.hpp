// The state that all readers of one published token share.
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

  /// The slot of the version, which changes when another token is published under the key, and when
  /// the key leaves the table.
  const version_slots::slot_index slot_index;

  /// In seconds of the boot clock. Written only when the second changes.
  std::atomic<std::chrono::seconds::rep> last_used = 0;

  /// When the token must be refreshed, on the boot clock.
  std::atomic<boot_clock::rep> refresh_at = 0;

  /// The refresh() of a token that has left the table.
  static constexpr boot_clock::time_point no_refresh = boot_clock::time_point::max();

  /// True once the cache actor knows that the refresh is due.
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

  /// True for one reader after refresh(): that reader must notify the cache actor.
  bool take_overdue_refresh(const clock_reading& now) noexcept {
    return now.boot >= refresh() && !refresh_reported.load(std::memory_order_relaxed) &&
           !refresh_reported.exchange(true);
  }

  [[nodiscard]] std::uint32_t current_version() const noexcept {
    return slot_index == version_slots::no_slot
               ? 0
               : version_slots::at(slot_index).load(std::memory_order_acquire);
  }

  /// Invalidates the copies that threads have.
  void change() const noexcept {
    if (slot_index != version_slots::no_slot) {
      version_slots::at(slot_index).fetch_add(1, std::memory_order_release);
    }
  }
};

}  // namespace midas::internal
