// How many requests a host is sent, and when. Pure: time and jitter are arguments.
#pragma once

#include "actors/policies/deadline.hpp"
#include "actors/policies/host_health.hpp"
#include "actors/policies/known_failure.hpp"
#include "actors/policies/rate_limit.hpp"
#include <midas/error.hpp>
#include <midas/host_limits.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace midas::internal {

/// The limits of a host, as they are after its 429s and its failures. Not thread-safe.
class host_budget {
 public:
  using time_point = rate_limit::time_point;

  explicit host_budget(host_limits limits) : limit_(limits) {}

  /// When another request may be sent, as far as is known at `now`; time_point::max() if a request
  /// in flight must end first.
  [[nodiscard]] time_point next_admission(time_point now) noexcept {
    const auto admitted_at = std::max(limit_.next_admission(now), health_.open_at(now));
    return limit_.in_flight() < health_.max_in_flight(now)
               ? admitted_at
               : std::max(admitted_at, health_.next_growth(now));
  }

  /// A lower bound of when a request may be sent after `ahead` others.
  [[nodiscard]] time_point earliest_admission(std::size_t ahead, time_point now) noexcept {
    return std::max(limit_.earliest_admission(ahead, now), health_.open_at(now));
  }

  /// The end of the pause after a 429 or after failures; `now` if there is none.
  [[nodiscard]] time_point open_at(time_point now) noexcept {
    return std::max(limit_.paused_until(), health_.open_at(now));
  }

  /// True if a pause keeps a request with that deadline from being sent in time; see outlasts().
  [[nodiscard]] bool pause_outlasts(time_point deadline, time_point now) noexcept {
    const auto until = open_at(now);
    return until > now && outlasts(until, deadline);
  }

  /// The end of the pause after a 429; in the past if there is none.
  [[nodiscard]] time_point throttled_until() const noexcept { return limit_.paused_until(); }

  /// True if requests wait for others to be sent, not only for others to end.
  [[nodiscard]] bool limits_rate() const noexcept { return limit_.limits_rate(); }

  /// True if a request may be sent whenever another succeeds, and should be at once. With more in
  /// flight, the host stays busy while the next requests pass through the HTTP actor.
  [[nodiscard]] bool passes_slots_on(time_point now) noexcept {
    return limits().max_in_flight <= max_in_flight_that_passes && !limits_rate() &&
           open_at(now) <= now && failures(now) == 0;
  }

  /// The most requests in flight for one identity: one slot stays free for the others, which would
  /// otherwise wait for as long as the requests for one identity hang.
  [[nodiscard]] std::size_t max_in_flight_per_identity(time_point now) noexcept {
    const auto most = std::min(limit_.max_in_flight(now), health_.max_in_flight(now));
    return std::max<std::size_t>(1, most - 1);
  }

  [[nodiscard]] std::size_t in_flight() const noexcept { return limit_.in_flight(); }
  [[nodiscard]] const host_limits& limits() const noexcept { return limit_.limits(); }

  void begin(time_point now) noexcept {
    health_.begin(now);
    limit_.begin(now);
  }

  /// A request in flight has ended; what its end shows of the host is reported with one of the
  /// functions below.
  void end() noexcept { limit_.end(); }

  /// No request is in flight any more.
  void end_all() noexcept { limit_.end_all(); }

  void succeeded(time_point now) noexcept { health_.succeeded(now); }

  /// The host answered 429. Returns the pause, which is at least as long as a probe delays others.
  std::chrono::nanoseconds throttled(time_point now, error failure,
                                     std::optional<std::chrono::milliseconds> retry_after) {
    last_429_ = std::move(failure);
    return limit_.throttled(now, retry_after) - now;
  }

  /// Returns the pause if one begins.
  std::optional<std::chrono::nanoseconds> failed(time_point now, error failure,
                                                 const host_health::failure& details,
                                                 double jitter) {
    last_failure_ = std::move(failure);
    return health_.failed(now, details, jitter);
  }

  /// An answer that was reported as a success contained no usable token.
  std::optional<std::chrono::nanoseconds> found_unusable(time_point now, error failure,
                                                         double jitter) {
    last_failure_ = std::move(failure);
    return health_.found_unusable(now, jitter);
  }

  /// A request ended in a way that does not show whether the host works.
  void ended_unknown(time_point now) noexcept { health_.ended(now); }

  /// See host_health::failures().
  [[nodiscard]] std::size_t failures(time_point now) noexcept { return health_.failures(now); }

  /// What the pause that ends at open_at() follows.
  [[nodiscard]] const error& reason_of_pause(time_point now) noexcept {
    return limit_.paused_until() >= health_.open_at(now) ? last_429_ : last_failure_;
  }

  /// The last failure of the host, if requests wait for it or if a pause after a 429 has ended
  /// at or after `since`.
  [[nodiscard]] std::optional<known_failure> paused_since(time_point since, time_point now) {
    const bool fails = failures(now) != 0;
    const bool throttled = limit_.paused_until() >= since;
    if (!fails && !throttled) {
      return std::nullopt;
    }
    const bool is_429 = throttled && (!fails || limit_.paused_until() >= health_.open_at(now));
    return known_failure{is_429 ? last_429_ : last_failure_, open_at(now)};
  }

 private:
  static constexpr std::size_t max_in_flight_that_passes = 15;

  rate_limit limit_;
  host_health health_;
  error last_failure_{};
  error last_429_{};
};

}  // namespace midas::internal
