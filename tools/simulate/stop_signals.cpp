#include "tools/simulate/stop_signals.hpp"

#include <pthread.h>

namespace midas::internal::tools {

stop_signals::stop_signals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
    sigaddset(&signals_, SIGHUP);
  }
  (void)signal(SIGPIPE, SIG_IGN);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void stop_signals::wait() const {
  int received = 0;
  sigwait(&signals_, &received);
}

}  // namespace midas::internal::tools
