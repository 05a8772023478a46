// What the readers of one published token share.
#pragma once

#include "messages/clock_reading.hpp"
#include <midas/detail/version_slots.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace midas {

/// Thread-safe.
struct token_slot {
  token_slot() : place(version_board::take()) {}
  token_slot(const token_slot&) = delete;
  token_slot& operator=(const token_slot&) = delete;
  ~token_slot() { version_board::give_back(place); }

  /// Where its version stands, which changes with whatever is published here, and when it is
  /// published no more.
  const version_board::place place;

  /// On the boot clock. Written only when the second changes.
  std::atomic<std::chrono::seconds::rep> last_used = 0;

  /// From when on the token is to be renewed, on the boot clock.
  std::atomic<boot_clock::rep> refresh_at = 0;

  /// The cache knows that the renewal is due.
  std::atomic<bool> renewal_told = false;

  void use(const moment& now) noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(now.boot).time_since_epoch();
    if (last_used.load(std::memory_order_relaxed) != second.count()) {
      last_used.store(second.count(), std::memory_order_relaxed);
    }
  }

  [[nodiscard]] boot_clock::time_point renewal() const noexcept {
    return boot_clock::time_point{boot_clock::duration{refresh_at.load(std::memory_order_relaxed)}};
  }

  /// True for one reader after that moment: the one who has to tell the cache.
  bool take_overdue_renewal(const moment& now) noexcept {
    return now.boot >= renewal() && !renewal_told.load(std::memory_order_relaxed) &&
           !renewal_told.exchange(true);
  }

  [[nodiscard]] std::uint32_t current_version() const noexcept {
    return place == version_board::nowhere
               ? 0
               : version_board::at(place).load(std::memory_order_acquire);
  }

  /// Whoever has a copy of what is published here has to look again.
  void change() const noexcept {
    if (place != version_board::nowhere) {
      version_board::at(place).fetch_add(1, std::memory_order_release);
    }
  }
};

}  // namespace midas
