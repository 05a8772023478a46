// The current time on the clocks that are cheapest to read.
#pragma once

#include <cstdint>
#include <ctime>

namespace midas::detail {

/// Both clocks advance only with the kernel's tick, every few milliseconds.
struct coarse_clock_reading {
  /// UTC, in seconds since 1970.
  std::int64_t wall = 0;
  /// CLOCK_MONOTONIC, in nanoseconds. Does not advance while the machine is suspended; no coarse
  /// clock does.
  std::int64_t steady = 0;

  static coarse_clock_reading now() noexcept {
    std::timespec time{};
#ifdef CLOCK_MONOTONIC_COARSE
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
#else
    ::clock_gettime(CLOCK_MONOTONIC, &time);
#endif
    return {std::time(nullptr), std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec};
  }
};

}  // namespace midas::detail
