#include "tools/stop_signals.hpp"

#include "tests/support/catch.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>

using namespace midas::internal::tools;
using namespace std::chrono_literals;

namespace {

/// Restores what stop_signals changes in this thread.
class signals_as_before {
 public:
  signals_as_before() { pthread_sigmask(SIG_SETMASK, nullptr, &before_); }
  ~signals_as_before() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_as_before(const signals_as_before&) = delete;
  signals_as_before& operator=(const signals_as_before&) = delete;

 private:
  sigset_t before_{};
};

void raise_here(int signal) { pthread_kill(pthread_self(), signal); }

}  // namespace

TEST_CASE("SIGHUPs that keep arriving do not delay SIGTERM") {
  const signals_as_before restored;
  const stop_signals signals{hangup::reload};
  raise_here(SIGHUP);
  raise_here(SIGTERM);
  CHECK(signals.wait_for(10s) == SIGTERM);
  raise_here(SIGHUP);
  CHECK(signals.wait_for(10s) == SIGHUP);
  CHECK(signals.wait_for(0s) == 0);
}
