// The two clocks that measure the lifetime of a token.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <ratio>

namespace midas::internal {

/// Time since boot, including time suspended (CLOCK_BOOTTIME). Cannot be set, and keeps running
/// while the machine is suspended.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    std::timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time_point{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
  }
};

/// The same time on both clocks. Tokens state their expiry in UTC, but UTC can be set.
struct clock_reading {
  std::chrono::sys_seconds wall{};
  boot_clock::time_point boot{};

  static clock_reading now() noexcept {
    return {std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
            boot_clock::now()};
  }

  friend clock_reading operator+(clock_reading m, std::chrono::seconds by) noexcept {
    return {m.wall + by, m.boot + by};
  }
};

}  // namespace midas::internal
