#include "store/file_lock.hpp"

#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

namespace file_lock_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

struct locked_directory {
  store_directory files;
  descriptor directory{::open(files.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};

  [[nodiscard]] expected<file_lock> acquire(const file_lock_options& options = {
                                                .timeout = 0ms}) const {
    return file_lock::acquire(directory.number(), "tokens.json.lockfile", files.lock(), options);
  }
  void leave(const std::string& note, std::chrono::seconds age = 0s) const {
    std::ofstream{files.lock()} << note;
    std::filesystem::last_write_time(files.lock(),
                                     std::filesystem::file_time_type::clock::now() - age);
  }
};

int dead_process() {
  const auto child = ::fork();
  if (child == 0) {
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_CASE("a lock file begins with the process id of its maker") {
  CHECK(read_lock_maker("4711 python3") == 4711);
  CHECK(read_lock_maker("4711") == 4711);
  for (const auto* const text : {"", " 1", "x", "-1 a", "0 a", "47a b", "99999999999 a"}) {
    INFO(text);
    CHECK(read_lock_maker(text) == 0);
  }
}

TEST_CASE("when a lock that nobody holds is abandoned") {
  const file_lock_options options{.unsigned_grace = 2s, .signed_grace = 10s};
  CHECK(is_abandoned(lock_maker::dead, 0ms, options));
  CHECK(is_abandoned(lock_maker::this_process, 0ms, options));
  CHECK_FALSE(is_abandoned(lock_maker::unknown, 1'999ms, options));
  CHECK(is_abandoned(lock_maker::unknown, 2s, options));
  CHECK_FALSE(is_abandoned(lock_maker::alive, 9'999ms, options));
  CHECK(is_abandoned(lock_maker::alive, 10s, options));
}

TEST_CASE("a lock is a file with the process id, which ends with it") {
  const locked_directory place;
  {
    const auto lock = place.acquire();
    REQUIRE(lock);
    CHECK(read_lock_maker(file_text(place.files.lock())) == ::getpid());
    CHECK_FALSE(lock->was_abandoned());
  }
  CHECK(place.files.names().empty());
}

TEST_CASE("a held lock is not given twice, and the error names the holder") {
  const locked_directory place;
  const auto lock = place.acquire();
  REQUIRE(lock);
  const auto begin = std::chrono::steady_clock::now();
  const auto second = place.acquire({.timeout = 50ms});
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::store_failed);
  CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK(second.error().message.find(place.files.lock()) != std::string::npos);
}

TEST_CASE("a lock of a dead process is taken over at once") {
  const locked_directory place;
  place.leave(std::to_string(dead_process()) + " python3");
  const auto lock = place.acquire();
  REQUIRE(lock);
  CHECK(lock->was_abandoned());
  CHECK(read_lock_maker(file_text(place.files.lock())) == ::getpid());
}

TEST_CASE("a lock whose id another process has now is taken over after a time") {
  const locked_directory place;
  place.leave("1 python3");
  CHECK_FALSE(place.acquire());
  place.leave("1 python3", 11s);
  CHECK(place.acquire());
}

TEST_CASE("a lock file without an id is another process's for a moment only") {
  const locked_directory place;
  place.leave("");
  CHECK_FALSE(place.acquire());
  place.leave("", 5s);
  CHECK_FALSE(place.acquire());
  place.leave("", 7s);
  CHECK(place.acquire());
}

TEST_CASE("a lock that the kernel holds is never abandoned, whatever its file says") {
  const locked_directory place;
  place.leave(std::to_string(dead_process()) + " python3", 60s);
  const descriptor other{::open(place.files.lock().c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(::flock(other.number(), LOCK_EX | LOCK_NB) == 0);
  CHECK_FALSE(place.acquire());
}

TEST_CASE("a child that was forked while a lock was held does not keep it from others") {
  const locked_directory place;
  int pipe[2] = {-1, -1};
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const descriptor read_end{pipe[0]};
  descriptor write_end{pipe[1]};
  const auto holder = ::fork();
  if (holder == 0) {
    const auto lock = place.acquire();
    if (lock && ::fork() == 0) {
      // Lives until the test ends.
      write_end = descriptor{};
      char end = 0;
      ::_exit(::read(read_end.number(), &end, 1) == 0 ? 0 : 1);
    }
    // Killed while it holds the lock.
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(holder, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(place.files.names() == std::vector<std::string>{"tokens.json.lockfile"});
  const auto lock = place.acquire({.timeout = 1s});
  REQUIRE(lock);
  CHECK(lock->was_abandoned());
}

TEST_CASE("a thread that forks while it holds a lock keeps it, and its child does not end it") {
  const locked_directory place;
  std::optional<expected<file_lock>> lock{place.acquire()};
  REQUIRE(*lock);
  const auto child = ::fork();
  if (child == 0) {
    lock.reset();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(place.files.names() == std::vector<std::string>{"tokens.json.lockfile"});
  CHECK_FALSE(place.acquire());
}

TEST_CASE("processes that wait do not lock the file of another") {
  const locked_directory place;
  place.leave("");
  std::atomic<bool> is_over{false};
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      while (!is_over) {
        static_cast<void>(place.acquire());
      }
    });
  }
  // As a program with MSAL does after it has created the file.
  int failed = 0;
  for (int i = 0; i < 2'000; ++i) {
    const descriptor file{::open(place.files.lock().c_str(), O_RDWR | O_CLOEXEC)};
    failed += ::flock(file.number(), LOCK_EX | LOCK_NB) == 0 ? 0 : 1;
  }
  is_over = true;
  CHECK(failed == 0);
}

TEST_CASE("the end of a lock leaves the file of the next holder") {
  const locked_directory place;
  {
    const auto lock = place.acquire();
    REQUIRE(lock);
    std::filesystem::remove(place.files.lock());
    place.leave("1 other");
  }
  CHECK(file_text(place.files.lock()) == "1 other");
}

TEST_CASE("a link in place of the lock file is not followed") {
  const locked_directory place;
  std::filesystem::create_symlink(place.files.path() + "/elsewhere", place.files.lock());
  const auto lock = place.acquire();
  REQUIRE_FALSE(lock);
  CHECK(lock.error().message.find(place.files.lock()) != std::string::npos);
  CHECK(place.files.names() == std::vector<std::string>{"tokens.json.lockfile"});
}

TEST_CASE("of many threads, one holds the lock at a time, and all get it") {
  const locked_directory place;
  std::atomic<int> holders{0};
  std::atomic<int> turns{0};
  std::atomic<bool> was_shared{false};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 25; ++turn) {
          const auto lock = place.acquire({.timeout = 60s});
          if (lock) {
            was_shared = was_shared || holders.fetch_add(1) != 0;
            std::this_thread::yield();
            --holders;
            ++turns;
          }
        }
      });
    }
  }
  CHECK_FALSE(was_shared);
  CHECK(turns == 200);
}

}  // namespace file_lock_test
