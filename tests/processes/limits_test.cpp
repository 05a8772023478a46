// A limit on threads: a service works, or each request fails with an error that says why.
#include "service/worker_threads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace limits_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal::test;
using midas::internal::run_on_new_thread;

namespace {

// Allows the calling process so many threads and processes in all. The kernel counts those of a
// user, and the limit does not hold for root: so the process becomes a user that nobody else is.
void limit_threads(rlim_t count) {
  const auto user = static_cast<uid_t>(200'000 + getpid() % 100'000);
  const rlimit limit{count, count};
  if (setrlimit(RLIMIT_NPROC, &limit) != 0 || setgid(user) != 0 || setuid(user) != 0) {
    std::_Exit(98);
  }
}

bool is_one_line(const std::string& text) {
  return std::ranges::count(text, '\n') == 1 && text.ends_with('\n');
}

}  // namespace

TEST_CASE("a service under any limit on threads works or fails each request with the reason") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  const simulated_host imds;
  const auto endpoint = imds.endpoint();
  bool failed = false;
  bool worked = false;
  for (rlim_t count = 1; count <= 12; ++count) {
    const auto ended = end_of_child([&] {
      limit_threads(count);
      token_service_options options;
      options.endpoint = endpoint;
      token_service tokens{options};
      const auto handle = tokens.for_resource("https://vault.azure.net");
      const auto token = handle.get(20s);
      bool called = false;
      handle.get_async(20s, [&called](const auto&) { called = true; });
      if (token) {
        return 10;
      }
      return token.error().code == errc::not_started && !token.error().advice.empty() && called ? 11
                                                                                                : 1;
    });
    INFO(count << " threads");
    CHECK((ended == "exit 10" || ended == "exit 11"));
    worked = worked || ended == "exit 10";
    failed = failed || ended == "exit 11";
    // A limit that suffices still does when it is higher.
    CHECK((!worked || ended == "exit 10"));
  }
  CHECK(failed);
  CHECK(worked);
}

TEST_CASE("the shared service works once a limit on threads has been raised") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  const simulated_host imds;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  CHECK(end_of_child([] {
          const auto user = static_cast<uid_t>(200'000 + getpid() % 100'000);
          const rlimit few{1, 100};
          const rlimit enough{100, 100};
          if (setrlimit(RLIMIT_NPROC, &few) != 0 || setgid(user) != 0 || setuid(user) != 0) {
            return 98;
          }
          const token_request vault{.resource = "https://vault.azure.net"};
          const auto tried_at = std::chrono::steady_clock::now();
          const auto refused = token_service::shared().get(vault, 20s);
          if (refused || refused.error().code != errc::not_started) {
            return 1;
          }
          setrlimit(RLIMIT_NPROC, &enough);
          // A service that could not start is tried again after a second.
          if (token_service::shared().get(vault, 20s) &&
              std::chrono::steady_clock::now() - tried_at < 1s) {
            return 2;
          }
          while (!token_service::shared().get(vault, 20s)) {
            std::this_thread::sleep_for(50ms);
          }
          return 0;
        }) == "exit 0");
}

TEST_CASE("a process exits whose shared service could not start") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  CHECK(end_of_child([] {
          const auto user = static_cast<uid_t>(200'000 + getpid() % 100'000);
          const rlimit few{1, 100};
          const rlimit enough{100, 100};
          if (setrlimit(RLIMIT_NPROC, &few) != 0 || setgid(user) != 0 || setuid(user) != 0) {
            return 98;
          }
          const auto refused =
              token_service::shared().get({.resource = "https://vault.azure.net"}, 20s);
          // The exit itself may start threads.
          setrlimit(RLIMIT_NPROC, &enough);
          return !refused && refused.error().code == errc::not_started ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("a thread that cannot be started is started once another has ended") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  CHECK(end_of_child([] {
          limit_threads(2);
          std::thread another{[] { std::this_thread::sleep_for(10ms); }};
          const bool started = run_on_new_thread([] {});
          another.join();
          return started ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("midas token under any limit on threads prints a token, or an error in one line") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  const simulated_host imds;
  const auto endpoint = imds.endpoint();
  const int program = open(MIDAS_PROGRAM, O_RDONLY);
  REQUIRE(program >= 0);
  for (rlim_t count = 1; count <= 12; ++count) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const auto ended = end_of_child([&] {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      limit_threads(count);
      const char* const arguments[] = {
          "midas",      "token",          "--resource", "https://vault.azure.net",
          "--endpoint", endpoint.c_str(), nullptr};
      fexecve(program, const_cast<char* const*>(arguments), environ);
      return 98;
    });
    close(ends[1]);
    std::string output(100'000, '\0');
    output.resize(static_cast<std::size_t>(
        std::max<ssize_t>(0, read(ends[0], output.data(), output.size()))));
    close(ends[0]);
    INFO(count << " threads: " << ended << ": " << output);
    CHECK((ended == "exit 0" || ended == "exit 1"));
    CHECK((ended == "exit 0" || is_one_line(output)));
  }
  close(program);
}

}  // namespace limits_test
