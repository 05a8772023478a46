// Runs a check in a forked child.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace midas::internal::test {

/// The exit code of `work` in a forked child: 0 if it returns true. -1 if the child hangs: a signal
/// ends it after ten seconds.
int in_forked_child(const auto& work) {
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace midas::internal::test
