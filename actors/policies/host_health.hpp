// Narrows what a host is asked while it fails. Pure: time and jitter are arguments.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace midas::internal {

/// The health of one host, over all keys. Not thread-safe.
///
/// After three failures in a row, the host is asked one request at a time, a probe. The pause after
/// a failed probe is 250 ms at first, and doubles up to 5 s. The first success ends the run of
/// failures, and the host's own limits apply again.
///
/// A refusal of one key (a 4xx) is a success: the host works. Requests that time out count once for
/// each key, so that one key that hangs does not delay the others; a run that consists of timeouts
/// only pauses for at most a second.
class host_health {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The requests in flight to a host that has not answered for ten seconds, so that most of a
  /// burst of requests to a failing host still wait when the first one fails. With each second in
  /// which none ends, as many more may be sent.
  static constexpr std::size_t max_unproven_in_flight = 40;

  struct failure {
    /// Identifies the key; 0 if it is not known.
    std::size_t key = 0;
    bool is_timeout = false;
    /// The host's Retry-After. Applies if it is longer than the pause, up to a minute.
    std::optional<std::chrono::milliseconds> retry_after{};
  };

  /// When the next request may be sent: `now`, or the time of the next probe.
  [[nodiscard]] time_point open_at(time_point now) noexcept;

  /// The most requests in flight.
  [[nodiscard]] std::size_t max_in_flight(time_point now) noexcept;

  /// When max_in_flight() next grows; time_point::max() if it does not.
  [[nodiscard]] time_point next_growth(time_point now) noexcept;

  /// The failures in a row, at least three; 0 if the host is asked without pauses.
  [[nodiscard]] std::size_t failures(time_point now) noexcept;

  /// A request is sent at `now`, as open_at() allowed.
  void begin(time_point now) noexcept;

  /// The host answered a request.
  void succeeded(time_point now) noexcept;

  /// A request failed. Returns the pause if one begins.
  std::optional<std::chrono::nanoseconds> failed(time_point now, const failure& failed,
                                                 double jitter);

  /// An answer that was counted as a success contained no usable token.
  std::optional<std::chrono::nanoseconds> found_unusable(time_point now, double jitter);

  /// A request ended in a way that does not show whether the host works.
  void ended(time_point now) noexcept;

 private:
  [[nodiscard]] bool is_failing() const noexcept;
  [[nodiscard]] bool is_proven(time_point now) const noexcept;
  [[nodiscard]] bool is_new(const failure& failed);
  [[nodiscard]] std::chrono::nanoseconds next_pause(double jitter) noexcept;
  void settle(time_point now) noexcept;
  void reset() noexcept;

  // The failures since the last success.
  std::size_t run_ = 0;
  std::vector<std::size_t> timed_out_keys_;
  bool only_timeouts_ = true;
  bool unusable_ = false;
  std::size_t pauses_ = 0;
  time_point next_probe_ = time_point::min();
  bool probing_ = false;
  std::optional<time_point> last_success_{};
  // The first request that was sent while the host was not proven to work.
  std::optional<time_point> unproven_since_{};
  // While answers are unusable, an answer counts as a success only if nothing else is reported
  // until then.
  std::optional<time_point> success_at_{};
};

}  // namespace midas::internal
