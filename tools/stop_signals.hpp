// The signals that stop a command which serves clients.
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX, not ISO C

#include <chrono>

namespace midas::internal::tools {

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and in the threads that it starts later,
/// so that wait() receives them. SIGHUP stays ignored if it was, as under nohup. Also ignores
/// SIGPIPE, so that a closed standard output is an error and the host's files are still removed.
class stop_signals {
 public:
  stop_signals();

  /// Returns when one of the signals arrives.
  void wait() const;
  /// The same, at the latest after `time`: the signal that arrived, or 0.
  [[nodiscard]] int wait_for(std::chrono::nanoseconds time) const;

 private:
  sigset_t signals_{};
};

}  // namespace midas::internal::tools
