// Where blocking calls run.
#pragma once

#include <chrono>
#include <functional>

namespace midas::internal {

/// A thread for calls that may block, which no actor and no caller waits for. Thread-safe.
class call_runner {
 public:
  call_runner() = default;
  call_runner(const call_runner&) = delete;
  call_runner& operator=(const call_runner&) = delete;
  virtual ~call_runner() = default;

  /// Runs `job` after the earlier ones. False, and it does not run, if there is no thread for it,
  /// or after stop().
  virtual bool run(std::function<void()> job) = 0;

  /// Runs no further job. Blocks until the one that runs has ended, at most until `deadline`.
  virtual void stop(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace midas::internal
