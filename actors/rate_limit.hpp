// How many requests a host may be sent, at once and in a second. Pure: time is an argument.
#pragma once

#include <midas/actors/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace midas {

/// Keeps count for one host. Not thread-safe.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit rate_limit(host_limits limits);

  /// The earliest moment at which another request may go, as far as is known at `now`: `now` itself
  /// when it may go at once, time_point::max() when one in flight has to end first.
  [[nodiscard]] time_point next_admission(time_point now) const noexcept;

  /// A request goes at `now`, as next_admission allowed.
  void begin(time_point now) noexcept;

  /// One in flight has ended.
  void end() noexcept;

 private:
  host_limits limits_;
  std::size_t in_flight_ = 0;
  // When the last max_per_second requests went, as a ring: a window that slides exactly, where a
  // bucket of tokens would let twice as many through around its refill.
  std::vector<time_point> begun_;
  std::size_t oldest_ = 0;
};

}  // namespace midas
