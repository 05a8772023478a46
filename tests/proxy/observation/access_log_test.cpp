#include "proxy/observation/access_log.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"

#include <rapidjson/document.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> result;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    result.push_back(line);
  }
  return result;
}

void wait_for_lines(const std::string& path, std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (lines_of(path).size() < count && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
}

std::unique_ptr<access_log> open_log(const std::string& path, unsigned workers = 1) {
  auto result = access_log::open(path, workers);
  REQUIRE(result);
  return *std::move(result);
}

// A directory whose files are removed together.
struct log_directory {
  log_directory() { std::filesystem::create_directory(path); }
  ~log_directory() { std::filesystem::remove_all(path); }
  log_directory(const log_directory&) = delete;
  log_directory& operator=(const log_directory&) = delete;
  [[nodiscard]] std::string file(const char* name) const { return path + "/" + name; }

  temporary_file marker;
  std::string path = marker.path() + ".d";
};

std::uint64_t lost_in(const std::string& line) {
  rapidjson::Document read;
  read.Parse(line.c_str());
  const auto found = read.FindMember("lost_lines");
  return found == read.MemberEnd() ? 0 : found->value.GetUint64();
}

// Counts the lines that arrive at the other end of a pipe.
struct log_reader {
  // False if nothing has arrived.
  bool read() {
    std::string part(65'536, '\0');
    const auto size = ::read(file, part.data(), part.size());
    if (size <= 0) {
      return false;
    }
    text.append(part, 0, static_cast<std::size_t>(size));
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const auto reported = lost_in(text.substr(0, end));
      lost += reported;
      lines += reported == 0 ? 1 : 0;
      text.erase(0, end + 1);
    }
    return true;
  }

  int file;
  std::string text{};
  std::uint64_t lines = 0;
  std::uint64_t lost = 0;
};

}  // namespace

TEST_CASE("the lines of all workers are written") {
  const temporary_file file;
  constexpr unsigned workers = 4;
  constexpr int per_worker = 500;
  {
    const auto log = open_log(file.path(), workers);
    std::vector<std::thread> threads;
    for (unsigned worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&log, worker] {
        const sample_request request{.who = user(worker)};
        for (int at = 0; at < per_worker; ++at) {
          log->write(worker, request.view());
        }
      });
    }
    for (auto& each : threads) {
      each.join();
    }
    CHECK(log->lost() == 0);
  }
  const auto lines = lines_of(file.path());
  CHECK(lines.size() == workers * per_worker);
  for (const auto& line : lines) {
    rapidjson::Document read;
    read.Parse(line.c_str());
    REQUIRE_FALSE(read.HasParseError());
  }
}

TEST_CASE("a line is written without another one that follows") {
  const temporary_file file;
  const auto log = open_log(file.path());
  log->write(0, sample_request{}.view());
  wait_for_lines(file.path(), 1);
  CHECK(lines_of(file.path()).size() == 1);
}

TEST_CASE("a new log is readable by its owner and group only") {
  const log_directory directory;
  const auto log = open_log(directory.file("log"));
  struct stat facts {};
  REQUIRE(::stat(directory.file("log").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0137U) == 0);
}

TEST_CASE("after a rotation, lines go to the new file") {
  const log_directory directory;
  const auto path = directory.file("log");
  const auto log = open_log(path);
  log->write(0, sample_request{.who = user(1)}.view());
  wait_for_lines(path, 1);
  std::filesystem::rename(path, directory.file("log.1"));
  log->write(0, sample_request{.who = user(2)}.view());
  wait_for_lines(directory.file("log.1"), 2);
  CHECK(lines_of(directory.file("log.1")).size() == 2);
  REQUIRE(log->reopen());
  log->write(0, sample_request{.who = user(3)}.view());
  wait_for_lines(path, 1);
  REQUIRE(lines_of(path).size() == 1);
  CHECK_THAT(lines_of(path)[0], Contains("\"uid\":3"));
}

TEST_CASE("a file that cannot be opened again leaves the old one in use") {
  log_directory directory;
  const auto path = directory.file("log");
  const auto log = open_log(path);
  std::filesystem::rename(path, directory.file("log.1"));
  std::filesystem::create_directory(path);
  const auto failed = log->reopen();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::invalid_configuration);
  CHECK_THAT(failed.error().message, Contains(path));
  log->write(0, sample_request{}.view());
  wait_for_lines(directory.file("log.1"), 1);
  CHECK(lines_of(directory.file("log.1")).size() == 1);
}

TEST_CASE("a log in a directory that does not exist is refused") {
  const auto failed = access_log::open("/nonexistent/directory/log", 1);
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().message, Contains("/nonexistent/directory/log"));
  CHECK_FALSE(failed.error().advice.empty());
}

TEST_CASE("a reader that does not keep up delays no worker, and learns how many lines are lost") {
  const log_directory directory;
  const auto path = directory.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  constexpr std::uint64_t count = 20'000;
  {
    const auto log = open_log(path);
    const sample_request request;
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t at = 0; at < count; ++at) {
      log->write(0, request.view());
    }
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK(log->lost() > 0);
    // Now the reader reads, and later lines get through.
    std::uint64_t written = count;
    log_reader pipe{reader};
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while ((pipe.lost != log->lost() || pipe.lines + pipe.lost < written - 1) &&
           std::chrono::steady_clock::now() < deadline) {
      if (!pipe.read()) {
        log->write(0, request.view());
        ++written;
        std::this_thread::sleep_for(1ms);
      }
    }
    CHECK(pipe.lost == log->lost());
    CHECK(pipe.lines + pipe.lost >= written - 1);
    CHECK(pipe.lines + pipe.lost <= written);
  }
  ::close(reader);
}

TEST_CASE("a reader that has gone ends no process, and the losses are counted once") {
  const log_directory directory;
  const auto path = directory.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto log = open_log(path);
  ::close(reader);
  for (std::uint64_t at = 1; at <= 3; ++at) {
    log->write(0, sample_request{}.view());
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (log->lost() < at && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    CHECK(log->lost() == at);
  }
}

TEST_CASE("a log to a socket, as a service has it, waits for a reader and for no longer") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  std::cout.flush();
  const int own = ::dup(STDOUT_FILENO);
  ::dup2(ends[0], STDOUT_FILENO);
  auto output = log_output::open("-");
  ::dup2(own, STDOUT_FILENO);
  ::close(own);
  ::close(ends[0]);
  REQUIRE(output);
  CHECK(output->write("line\n", [] { return true; }) == 5);
  std::array<char, 16> read{};
  CHECK(::read(ends[1], read.data(), read.size()) == 5);
  // More than the socket holds.
  const std::string much(8'000'000, 'x');
  const auto written = output->write(much, [] { return true; });
  CHECK(written > 0);
  CHECK(written < much.size());
  ::close(ends[1]);
  CHECK(output->write("line\n", [] { return true; }) == 0);
}

TEST_CASE("a reader that hangs does not keep the log from being closed") {
  const log_directory directory;
  const auto path = directory.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto log = open_log(path);
  for (int at = 0; at < 2'000; ++at) {
    log->write(0, sample_request{}.view());
  }
  const auto begin = std::chrono::steady_clock::now();
  log.reset();
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  ::close(reader);
}
