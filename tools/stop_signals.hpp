// The signals that stop a command which serves clients.
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX, not ISO C

#include <chrono>

namespace midas::internal::tools {

/// What SIGHUP tells a command.
enum class hangup {
  /// To stop, because its terminal has closed. Ignored if it was, as under nohup.
  stop,
  /// To read its configuration again, also under nohup.
  reload,
};

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and in the threads that it starts later,
/// so that wait() receives them. Also ignores SIGPIPE, so that a closed standard output is an error
/// and the host's files are still removed.
class stop_signals {
 public:
  explicit stop_signals(hangup meaning = hangup::stop);

  /// Returns when one of the signals arrives, and returns it. SIGINT and SIGTERM come before a
  /// SIGHUP, which is then dropped.
  int wait() const;  // NOLINT(modernize-use-nodiscard): some commands end for any of them
  /// The same, at the latest after `time`; then returns 0.
  [[nodiscard]] int wait_for(std::chrono::nanoseconds time) const;

 private:
  sigset_t signals_{};
};

}  // namespace midas::internal::tools
