#include "tools/load/workers/own_program.hpp"

#include "messages/descriptor.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX, not ISO C
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_shown_error = 1'000;

struct pipe_ends {
  descriptor read;
  descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error{errno, std::generic_category(), "cannot make a pipe"};
  }
  return {descriptor{ends[0]}, descriptor{ends[1]}};
}

// A child process that is ended and awaited.
class child {
 public:
  child(const std::vector<std::string>& arguments, const descriptor& output,
        const descriptor& errors) {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, output.number(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors.number(), STDERR_FILENO);
    ::posix_spawnattr_init(&attributes);
    // This process blocks the signals that end it.
    sigset_t none{};
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> words;
    words.reserve(arguments.size() + 1);
    for (const auto& each : arguments) {
      words.push_back(const_cast<char*>(each.c_str()));
    }
    words.push_back(nullptr);
    const auto problem =
        ::posix_spawn(&process_, "/proc/self/exe", &actions, &attributes, words.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) {
      throw std::system_error{problem, std::generic_category(), "cannot start a run"};
    }
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  // Gives a run in progress three seconds to remove its files.
  ~child() {
    for (int i = 0; i < 60 && !has_ended(); ++i) {
      if (i == 0) {
        ::kill(process_, SIGTERM);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    if (!has_ended()) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
  }

 private:
  bool has_ended() {
    is_reaped_ = is_reaped_ || ::waitpid(process_, nullptr, WNOHANG) != 0;
    return is_reaped_;
  }

  pid_t process_ = -1;
  bool is_reaped_ = false;
};

// Appends what can be read now. False at the end.
bool take(const descriptor& from, std::string& to) {
  std::array<char, 16'384> bytes{};
  const auto size = ::read(from.number(), bytes.data(), bytes.size());
  if (size > 0) {
    to.append(bytes.data(), static_cast<std::size_t>(size));
  }
  return size > 0 || (size < 0 && errno == EINTR);
}

expected<std::string> output_of(const pipe_ends& output, const pipe_ends& errors, std::size_t limit,
                                const std::function<bool()>& is_wanted) {
  std::string text;
  std::string problem;
  std::array<pollfd, 2> ends{
      {{output.read.number(), POLLIN, 0}, {errors.read.number(), POLLIN, 0}}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (!is_wanted()) {
      return fail(errc::shutting_down, "the run was ended");
    }
    if (::poll(ends.data(), ends.size(), 100) <= 0) {
      continue;
    }
    if (ends[0].fd >= 0 && ends[0].revents != 0 && !take(output.read, text)) {
      ends[0].fd = -1;
    }
    if (ends[1].fd >= 0 && ends[1].revents != 0 && !take(errors.read, problem)) {
      ends[1].fd = -1;
    }
    if (text.size() > limit) {
      return fail(errc::response_too_large, "the run printed too much");
    }
    if (problem.size() > 2 * max_shown_error) {
      problem.erase(0, problem.size() - max_shown_error);
    }
  }
  if (text.empty()) {
    return fail(errc::invalid_configuration, one_line(problem, max_shown_error));
  }
  return text;
}

}  // namespace

expected<std::string> run_own_program(const std::vector<std::string>& arguments, std::size_t limit,
                                      const std::function<bool()>& is_wanted) {
  try {
    auto output = make_pipe();
    auto errors = make_pipe();
    std::vector<std::string> words{"midas"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const child process{words, output.write, errors.write};
    output.write = {};
    errors.write = {};
    return output_of(output, errors, limit, is_wanted);
  } catch (const std::system_error& e) {
    return fail(errc::not_started, e.what());
  }
}

}  // namespace midas::internal::tools
