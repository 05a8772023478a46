// A phase of a load run: every caller requests one token, or tokens for some time, or the callers
// together request tokens on a schedule.
#pragma once

#include "tools/load/arrival_pacer.hpp"
#include "tools/load/arrival_schedule.hpp"
#include "tools/load/latency_recorder.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace midas::internal::tools {

/// A request that a caller makes.
struct caller_turn {
  using clock = std::chrono::steady_clock;

  /// When the request should have begun, from which its latency counts. In a closed model, when it
  /// began.
  clock::time_point scheduled{};
  /// When it began.
  clock::time_point started{};

  /// A request that begins now, and was scheduled for now or for `scheduled`.
  static caller_turn now(std::optional<clock::time_point> scheduled = {}) {
    const auto started = clock::now();
    return {scheduled.value_or(started), started};
  }
};

/// A request that begins later than this after its time counts as missed.
inline constexpr std::chrono::milliseconds punctuality{1};

[[nodiscard]] constexpr bool is_missed(const caller_turn& turn) noexcept {
  return turn.started - turn.scheduled > punctuality;
}

/// Thread-safe. Must outlive the callers.
class phase {
 public:
  using clock = std::chrono::steady_clock;

  /// A closed model: each caller makes its next request when it has got the answer to the one
  /// before. With a `duration` of zero, each caller requests one token.
  phase(std::size_t callers, std::chrono::nanoseconds duration)
      : duration_(duration), unfinished_(callers) {}

  /// An open model: the requests of the schedule, each made by a caller that is free.
  phase(std::size_t callers, arrival_schedule schedule);

  /// To be called before the callers start.
  void begin();

  /// The turns of an open model; null in a closed one.
  [[nodiscard]] arrival_pacer* pacer() noexcept { return pacer_ ? &*pacer_ : nullptr; }

  /// Records the outcome of a request. Returns true if the caller should make another request: at
  /// once, or in an open model at its next turn. False: it has finished.
  bool answered(const caller_turn& turn, const expected<access_token>& outcome);

  /// A caller of an open model has no turn any more.
  void finish_caller();

  /// Ends the phase early: callers make no further request, and requests that fail from now on
  /// because the service shuts down are not recorded.
  void stop();

  /// Blocks until every caller has finished.
  void wait();
  /// The same, for at most `time`. Returns whether they have finished.
  bool wait_for(std::chrono::nanoseconds time);

  /// The latencies of requests that were answered with a token.
  [[nodiscard]] latency_histogram latencies() const { return latencies_.recorded(); }
  /// The same from the start of the request in place of its scheduled time. Empty in a closed
  /// model, in which they are equal.
  [[nodiscard]] latency_histogram service_times() const {
    return service_times_ ? service_times_->recorded() : latency_histogram{};
  }
  /// The latencies of requests that failed.
  [[nodiscard]] std::map<errc, latency_histogram> failures() const;

  [[nodiscard]] std::uint64_t tokens() const noexcept { return latencies_.count(); }
  [[nodiscard]] std::uint64_t errors() const noexcept { return errors_; }
  /// The tokens that were not in memory already.
  [[nodiscard]] std::uint64_t cache_misses() const noexcept { return cache_misses_; }
  /// See is_missed().
  [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }
  /// The error of the first request that failed.
  [[nodiscard]] std::optional<error> first_error() const;
  /// When the phase began.
  [[nodiscard]] clock::time_point began() const noexcept { return began_; }
  /// From begin() to the last answer.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const { return ended_ - began_; }

 private:
  // One more than the highest number of an error code.
  static constexpr std::size_t max_codes = 64;

  void record(const caller_turn& turn, clock::time_point now, const access_token& token);
  void record(const caller_turn& turn, clock::time_point now, const error& failure);
  latency_recorder& failures_with(errc code);

  const std::chrono::nanoseconds duration_;
  clock::time_point began_{};
  clock::time_point ended_{};
  // A closed model ends then. In ticks of the clock.
  std::atomic<clock::rep> deadline_ = 0;
  std::atomic<bool> is_stopped_ = false;
  latency_recorder latencies_;
  std::optional<latency_recorder> service_times_;
  // Made when an error first occurs.
  std::array<std::atomic<latency_recorder*>, max_codes> failures_{};
  std::atomic<std::uint64_t> errors_ = 0;
  std::atomic<std::uint64_t> cache_misses_ = 0;
  std::atomic<std::uint64_t> missed_ = 0;
  std::atomic<std::size_t> unfinished_;

  mutable std::mutex mutex_;
  std::condition_variable finished_;
  bool is_finished_ = false;
  std::optional<error> first_error_;
  std::map<errc, latency_recorder> failure_recorders_;

  // Its thread calls callers, and through them this phase.
  std::optional<arrival_pacer> pacer_;
};

}  // namespace midas::internal::tools
