// Limits the requests to a host, in flight and per second. Pure: time is an argument.
#pragma once

#include <midas/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace midas::internal {

/// A second, and a margin: the host counts requests as they arrive, and those of one second may
/// take longer to arrive than those of the next.
constexpr std::chrono::milliseconds rate_window{1'050};

/// The limits of one host. Not thread-safe.
///
/// After a 429, no request is sent for a second, or for the host's Retry-After. Then both limits
/// are half of what they were, and double with every second without another 429, up to the original
/// limits.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A max_in_flight that means: unlimited until the first 429.
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit rate_limit(host_limits limits);

  /// When another request may be sent, as far as is known at `now`: `now` itself if it may be sent
  /// immediately; when to ask again, while the lowered limits after a 429 are reached;
  /// time_point::max() if a request in flight must end first.
  [[nodiscard]] time_point next_admission(time_point now) noexcept;

  /// A lower bound of when a request may be sent after `ahead` others: it assumes that no request
  /// in flight delays them.
  [[nodiscard]] time_point earliest_admission(std::size_t ahead, time_point now) noexcept;

  /// A request is sent at `now`, as next_admission() allowed.
  void begin(time_point now) noexcept;

  /// A request in flight has ended.
  void end() noexcept;

  /// The actor that sent the requests in flight has ended, and they with it.
  void end_all() noexcept { in_flight_ = 0; }

  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

  /// The current limit of requests in flight.
  [[nodiscard]] std::size_t max_in_flight(time_point now) noexcept;

  /// The end of the pause after a 429; not after `now` if there is none.
  [[nodiscard]] time_point paused_until() const noexcept { return paused_until_; }

  /// False if any number of requests may be sent at the same time.
  [[nodiscard]] bool limits_rate() const noexcept { return !begun_.empty(); }

  /// The limits that apply unless the host throttles.
  [[nodiscard]] const host_limits& limits() const noexcept { return limits_; }

  /// A request was answered with 429 at `now`. Returns the end of the pause.
  time_point throttled(time_point now,
                       std::optional<std::chrono::milliseconds> retry_after) noexcept;

 private:
  void recover(time_point now) noexcept;
  [[nodiscard]] time_point within_rate(std::size_t ahead, time_point now) const noexcept;
  // The same for a limit of `per_second`, and no request before `open`.
  [[nodiscard]] time_point at_rate(std::size_t per_second, std::size_t ahead,
                                   time_point open) const noexcept;

  host_limits limits_;
  // The current limits.
  std::size_t in_flight_allowed_;
  std::size_t per_second_allowed_;
  time_point paused_until_ = time_point::min();
  // When the lowered limits are next doubled; none if they are not lowered.
  std::optional<time_point> widened_at_{};
  std::size_t in_flight_ = 0;
  // When the last max_per_second requests were sent, as a ring. This is an exact sliding window; a
  // token bucket would admit up to twice as many requests around a refill.
  std::vector<time_point> begun_;
  std::size_t oldest_ = 0;
};

}  // namespace midas::internal
