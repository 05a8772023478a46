#include "bench/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX, not ISO C
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace midas::internal::bench {

child_process::child_process(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error{errno, std::generic_category(), "pipe2"};
  }
  output_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // posix_spawn does not modify it
  }
  arguments.push_back(nullptr);
  const int failed =
      ::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(output_);
    throw std::system_error{failed, std::generic_category(), command.front()};
  }
}

child_process::~child_process() {
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    (void)wait();
  }
  ::close(output_);
}

std::string child_process::read_line() {
  std::string result;
  char next = 0;
  while (::read(output_, &next, 1) == 1 && next != '\n') {
    result += next;
  }
  return result;
}

bool child_process::read_for(std::chrono::milliseconds time, std::string& result) {
  pollfd readable{output_, POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(time.count())) == 0) {
    return true;
  }
  std::array<char, 4096> part{};
  const auto size = ::read(output_, part.data(), part.size());
  if (size > 0) {
    result.append(part.data(), static_cast<std::size_t>(size));
  }
  return size > 0;
}

std::size_t child_process::threads() const {
  return status_value("/proc/" + std::to_string(process_) + "/status", "Threads");
}

int child_process::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

host_process::host_process(std::chrono::milliseconds latency)
    : process_({midas_program(), "simulate", "--address", "127.0.0.1", "--port", "0", "--latency",
                std::to_string(latency.count()) + "ms"}) {
  const auto line = process_.read_line();
  const auto at = line.find("http://");
  if (at == std::string::npos) {
    throw std::runtime_error{"cannot read the endpoint of the simulated host: " + line};
  }
  endpoint_ = line.substr(at);
}

std::string midas_program() { return MIDAS_PROGRAM; }

std::size_t status_value(const std::string& file, const std::string& name) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) {
      return std::stoul(line.substr(name.size() + 1));
    }
  }
  return 0;
}

}  // namespace midas::internal::bench
