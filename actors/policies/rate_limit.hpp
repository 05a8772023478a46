// How many requests a host may be sent, at once and in a second. Pure: time is an argument.
#pragma once

#include <midas/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace midas::internal {

/// The second that the host counts begins when requests arrive there, and those of one second may
/// take longer on the way than those of the next: so ours is a little longer.
constexpr std::chrono::milliseconds rate_window{1'050};

/// Keeps count for one host. Not thread-safe.
///
/// A host that says 429 is sent nothing for a second, or for as long as it asks for, and then half
/// as much as before, at once and in a second; every second without another 429 twice as much
/// again, until the limits are back.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// As a number that may be in flight: no limit, until a 429.
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit rate_limit(host_limits limits);

  /// The earliest moment at which another request may go, as far as is known at `now`: `now` itself
  /// when it may go at once, when to ask again while limits that a 429 narrowed are full, and
  /// time_point::max() when one in flight has to end first.
  [[nodiscard]] time_point next_admission(time_point now) noexcept;

  /// The same for one before which `ahead` others go, supposed that none in flight keeps them up:
  /// it may be later, it can't be earlier.
  [[nodiscard]] time_point earliest_admission(std::size_t ahead, time_point now) noexcept;

  /// A request goes at `now`, as next_admission allowed.
  void begin(time_point now) noexcept;

  /// One in flight has ended.
  void end() noexcept;

  /// One was answered 429, at `now`. Returns until when nothing is sent.
  time_point throttled(time_point now,
                       std::optional<std::chrono::milliseconds> retry_after) noexcept;

 private:
  void recover(time_point now) noexcept;
  [[nodiscard]] time_point by_the_second(std::size_t ahead, time_point now) const noexcept;
  // With so many in a second from `open` on.
  [[nodiscard]] time_point at_rate(std::size_t per_second, std::size_t ahead,
                                   time_point open) const noexcept;

  host_limits limits_;
  // What is allowed just now.
  std::size_t in_flight_allowed_;
  std::size_t per_second_allowed_;
  time_point paused_until_ = time_point::min();
  // When a narrowed limit is next widened; nothing when none is.
  std::optional<time_point> widened_at_{};
  std::size_t in_flight_ = 0;
  // When the last max_per_second requests went, as a ring: a window that slides exactly, where a
  // bucket of tokens would let twice as many through around its refill.
  std::vector<time_point> begun_;
  std::size_t oldest_ = 0;
};

}  // namespace midas::internal
