// The thread of the loop, as the kernel sees it.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

std::filesystem::path task_of_the_loop() {
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream file{task.path() / "comm"};
    std::string name;
    if (std::getline(file, name) && name == "midas-http") {
      return task.path();
    }
  }
  return {};
}

std::string line_of(const std::filesystem::path& file, std::string_view start) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(start)) {
      return line;
    }
  }
  return {};
}

}  // namespace

TEST_CASE("the loop's thread has a name and blocks the program's signals") {
  curl_multi_loop loop;
  CHECK_FALSE(get(loop, "nothing"));
  const auto task = task_of_the_loop();
  REQUIRE_FALSE(task.empty());
  const auto line = line_of(task / "status", "SigBlk:");
  const auto blocked = std::stoull(line.substr(7), nullptr, 16);
  const auto bit = [](int signal) { return 1ULL << static_cast<unsigned>(signal - 1); };
  CHECK((blocked & bit(SIGTERM)) != 0);
  CHECK((blocked & bit(SIGPIPE)) != 0);
  CHECK((blocked & bit(SIGSEGV)) == 0);
}

TEST_CASE("a loop that is stopped before its first exchange starts no thread") {
  curl_multi_loop loop;
  CHECK(task_of_the_loop().empty());
  loop.stop();
  CHECK_FALSE(get(loop, "http://127.0.0.1:9"));
  CHECK(task_of_the_loop().empty());
}

TEST_CASE("with nothing in flight and no connection the loop's thread sleeps until a request") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.keep_alive = std::chrono::seconds{1}}};
  REQUIRE(get(loop, server.url()));
  const auto task = task_of_the_loop();
  REQUIRE_FALSE(task.empty());
  // The kernel shows which system call a thread sleeps in, with its arguments.
  if (line_of(task / "syscall", "").empty()) {
    WARN("/proc/self/task/*/syscall cannot be read here");
    return;
  }
  for (;;) {
    std::ifstream in{task / "syscall"};
    long call = -1;
    std::string address;
    std::string operation;
    std::string value;
    std::string timeout;
    in >> call >> address >> operation >> value >> timeout;
    constexpr unsigned command_mask = 0x7f;
    if (call == SYS_futex &&
        (std::stoul(operation, nullptr, 16) & command_mask) == FUTEX_WAIT_BITSET &&
        timeout == "0x0") {
      // It closed its connection first.
      server.wait_until_ended(1);
      return;
    }
#ifdef SYS_poll
    REQUIRE(call != SYS_poll);
#endif
    REQUIRE(call != SYS_ppoll);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}
