#include "tests/transport/curl/child_process.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

bool is_forked = false;

}  // namespace

// LeakSanitizer asks. What only the threads of the other process refer to would count as leaked.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::visibility("default")]] int __lsan_is_turned_off() { return is_forked ? 1 : 0; }

namespace midas::internal::test {

namespace {

constexpr unsigned most_seconds = 20;

int run_guarded(const std::function<int()>& run) {
  is_forked = true;
  // Not from Catch2, which would report the signal as a failure of the forked process's own.
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(most_seconds);
  try {
    return run();
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "the forked process threw: %s\n", problem.what());
    return 99;
  }
}

int result_of(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int in_forked_process(const std::function<int()>& run) {
  std::fflush(nullptr);
  const auto process = ::fork();
  if (process == 0) {
    ::_exit(run_guarded(run));
  }
  return result_of(process);
}

bool passes_anew(const std::string& test,
                 const std::vector<std::pair<std::string, std::string>>& environment) {
  return in_forked_process([&] {
           for (const auto& [name, value] : environment) {
             ::setenv(name.c_str(), value.c_str(), 1);
           }
           ::execl("/proc/self/exe", "tests", test.c_str(), static_cast<char*>(nullptr));
           return 98;
         }) == 0;
}

}  // namespace midas::internal::test
