#include "tests/support/program.hpp"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX, not ISO C
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace midas::internal::test {

namespace {

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto count = read(file, buffer.data(), buffer.size());
    if (count <= 0) {
      close(file);
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

struct pipe_ends {
  int reading;
  int writing;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error{"cannot create a pipe"};
  }
  return {ends[0], ends[1]};
}

int start(const std::string& path, const std::vector<std::string>& arguments, int output,
          int errors) {
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (errors >= 0) {
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  pid_t process = -1;
  const auto failed = posix_spawn(&process, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw std::runtime_error{"cannot run " + path};
  }
  return process;
}

int exit_code_of(int process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

program_result run_program(const std::string& path, const std::vector<std::string>& arguments) {
  const auto output = make_pipe();
  const auto errors = make_pipe();
  const auto process = start(path, arguments, output.writing, errors.writing);
  close(output.writing);
  close(errors.writing);
  program_result result;
  std::thread reader{[&] { result.errors = read_all(errors.reading); }};
  result.output = read_all(output.reading);
  reader.join();
  result.exit_code = exit_code_of(process);
  return result;
}

running_program::running_program(const std::string& path,
                                 const std::vector<std::string>& arguments) {
  const auto output = make_pipe();
  process_ = start(path, arguments, output.writing, -1);
  output_ = output.reading;
  close(output.writing);
}

running_program::~running_program() {
  if (process_ > 0) {
    stop(SIGTERM);
  }
}

std::string running_program::read_line() {
  std::string line;
  for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) {
    line += c;
  }
  return line;
}

void running_program::send(int signal) const { kill(process_, signal); }

program_result running_program::stop(int signal) {
  send(signal);
  program_result result;
  result.output = read_all(output_);
  result.exit_code = exit_code_of(std::exchange(process_, -1));
  return result;
}

}  // namespace midas::internal::test
