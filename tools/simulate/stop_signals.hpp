// The signals that stop `midas simulate`.
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX, not ISO C

namespace midas::internal::tools {

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and in the threads that it starts later,
/// so that wait() receives them. SIGHUP stays ignored if it was, as under nohup. Also ignores
/// SIGPIPE, so that a closed standard output is an error and the host's files are still removed.
class stop_signals {
 public:
  stop_signals();

  /// Returns when one of the signals arrives.
  void wait() const;

 private:
  sigset_t signals_{};
};

}  // namespace midas::internal::tools
