#include "tests/support/child_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <regex>
#include <thread>

namespace {

bool is_child = false;

}  // namespace

// LeakSanitizer calls this. Memory that only the threads of the parent refer to would count as
// leaked in the child.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::visibility("default")]] int __lsan_is_turned_off() { return is_child ? 1 : 0; }

namespace midas::internal::test {

namespace {

int run_in_child(const std::function<int()>& run) {
  is_child = true;
  // Catch2's handlers would report a failure of the parent.
  for (const int each : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTERM, SIGINT}) {
    std::signal(each, SIG_DFL);
  }
  try {
    return run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "the child process threw: %s\n", failure.what());
    std::_Exit(99);
  }
}

std::string end_of(pid_t child, std::chrono::seconds limit) {
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

}  // namespace

std::string end_of_child(const std::function<int()>& run, std::chrono::seconds limit) {
  std::fflush(nullptr);
  const auto child = fork();
  if (child == 0) {
    std::exit(run_in_child(run));
  }
  return end_of(child, limit);
}

std::string end_of_child_without_atexit(const std::function<int()>& run,
                                        std::chrono::seconds limit) {
  return end_of_child([&run]() -> int { std::_Exit(run()); }, limit);
}

bool passes_anew(const std::string& test,
                 const std::vector<std::pair<std::string, std::string>>& environment) {
  // A comma would separate two patterns. A pattern that no test matches is a failure.
  const auto pattern = std::regex_replace(test, std::regex{","}, "\\,");
  return end_of_child_without_atexit([&] {
           for (const auto& [name, value] : environment) {
             setenv(name.c_str(), value.c_str(), 1);
           }
           execl("/proc/self/exe", "tests", pattern.c_str(), "--warn", "NoTests",
                 static_cast<char*>(nullptr));
           return 98;
         }) == "exit 0";
}

}  // namespace midas::internal::test
