// A part of a load run, in which every caller asks once, or again and again for a while.
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

/// Thread-safe. Has to outlive the callers.
class phase {
 public:
  using clock = std::chrono::steady_clock;

  /// A `duration` of zero: each caller asks once.
  phase(std::size_t callers, std::chrono::nanoseconds duration)
      : duration_(duration), unfinished_(callers) {}

  /// The callers are let go.
  void begin();

  /// One caller was answered what it asked at `asked`; whether it should ask again.
  bool answered(clock::time_point asked, const expected<access_token>& outcome);

  /// Until every caller has finished.
  void wait();

  [[nodiscard]] const latency_recorder& latencies() const { return latencies_; }
  [[nodiscard]] std::uint64_t tokens() const { return latencies_.count(); }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  /// What the first caller that failed was told.
  [[nodiscard]] std::optional<error> first_error() const;
  /// From the beginning to the last answer.
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
