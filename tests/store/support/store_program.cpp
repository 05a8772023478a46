#include "tests/store/support/store_program.hpp"

#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace midas::internal::test {

pid_t start_store_program(const std::vector<std::string>& arguments,
                          const store_environment& environment, const std::string& output) {
  std::vector<char*> words{const_cast<char*>(MIDAS_STORE_USER)};
  for (const auto& each : arguments) {
    words.push_back(const_cast<char*>(each.c_str()));
  }
  words.push_back(nullptr);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const auto& [name, value] : environment) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execv(MIDAS_STORE_USER, words.data());
    ::_exit(98);
  }
  return child;
}

std::string end_of_store_program(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace midas::internal::test
