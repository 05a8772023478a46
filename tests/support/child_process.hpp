// Runs code in a child process, and ends the child if it hangs.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

namespace midas::internal::test {

/// "exit 0", "signal 6", or "hangs".
inline std::string wait_for_end(pid_t child, std::chrono::seconds limit) {
  const auto give_up = std::chrono::steady_clock::now() + limit;
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                 : "exit " + std::to_string(WEXITSTATUS(status));
    }
    if (std::chrono::steady_clock::now() > give_up) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return "hangs";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

/// Calls exit(function()) in a child process, and returns how the child ended. The calling process
/// must not have other threads, unless that is what the test is about.
template <class Function>
std::string end_of_child(Function function, std::chrono::seconds limit = std::chrono::seconds{30}) {
  std::fflush(nullptr);
  const auto child = fork();
  if (child == 0) {
    // Catch's handlers would report a failure of the parent.
    for (const int each : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTERM, SIGINT}) {
      std::signal(each, SIG_DFL);
    }
    try {
      std::exit(function());
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s\n", failure.what());
      std::_Exit(99);
    }
  }
  return wait_for_end(child, limit);
}

}  // namespace midas::internal::test
