// A phase of a load run, in which every caller requests one token, or tokens for some time.
#pragma once

#include "tools/load/latency_recorder.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace midas::internal::tools {

/// Thread-safe. Must outlive the callers.
class phase {
 public:
  using clock = std::chrono::steady_clock;

  /// With a `duration` of zero, each caller requests one token.
  phase(std::size_t callers, std::chrono::nanoseconds duration)
      : duration_(duration), unfinished_(callers) {}

  /// To be called before the callers start.
  void begin();

  /// Records the outcome of a request that a caller made at `requested_at`. Returns true if the
  /// caller should make another request, false if it has finished.
  bool answered(clock::time_point requested_at, const expected<access_token>& outcome);

  /// Blocks until every caller has finished.
  void wait();

  [[nodiscard]] const latency_recorder& latencies() const { return latencies_; }
  [[nodiscard]] std::uint64_t tokens() const { return latencies_.count(); }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  /// The error of the first request that failed.
  [[nodiscard]] std::optional<error> first_error() const;
  /// From begin() to the last answer.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const { return ended_ - began_; }

 private:
  const std::chrono::nanoseconds duration_;
  clock::time_point began_{};
  clock::time_point ended_{};
  latency_recorder latencies_;
  std::atomic<std::uint64_t> errors_ = 0;
  std::atomic<std::size_t> unfinished_;

  mutable std::mutex mutex_;
  std::condition_variable finished_;
  bool is_finished_ = false;
  std::optional<error> first_error_;
};

}  // namespace midas::internal::tools
