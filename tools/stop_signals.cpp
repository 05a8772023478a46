#include "tools/stop_signals.hpp"

#include <pthread.h>

#include <algorithm>

namespace midas::internal::tools {

namespace {

// The system delivers SIGHUP first: one after the other would delay the end for as long as they
// arrive.
int or_end(int received) {
  if (received != SIGHUP) {
    return received;
  }
  sigset_t ends{};
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  const timespec no_time{};
  const int end = sigtimedwait(&ends, nullptr, &no_time);
  return end > 0 ? end : received;
}

}  // namespace

stop_signals::stop_signals(hangup meaning) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  if (meaning == hangup::reload) {
    // An ignored signal could be discarded although it is blocked.
    (void)signal(SIGHUP, SIG_DFL);
  }
  struct sigaction before {};
  if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) {
    sigaddset(&signals_, SIGHUP);
  }
  (void)signal(SIGPIPE, SIG_IGN);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

int stop_signals::wait() const {
  int received = 0;
  sigwait(&signals_, &received);
  return or_end(received);
}

int stop_signals::wait_for(std::chrono::nanoseconds time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
  // A signal that is handled elsewhere, such as SIGCONT, ends the wait early.
  return or_end(std::max(0, sigtimedwait(&signals_, nullptr, &limit)));
}

}  // namespace midas::internal::tools
