// Runs a program as a shell would, and keeps what it says.
#pragma once

#include <string>
#include <vector>

namespace midas::internal::test {

struct program_result {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

/// Arguments are passed as they are, without a shell. Waits for the program's end.
program_result run_program(const std::string& path, const std::vector<std::string>& arguments);

/// A program that runs until it is told to stop; by SIGTERM at the latest, so that it removes its
/// files.
class running_program {
 public:
  running_program(const std::string& path, const std::vector<std::string>& arguments);
  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;
  ~running_program();

  /// The next line of its output.
  std::string read_line();

  /// Sends the signal, and waits for the end; the rest of its output.
  program_result stop(int signal);

 private:
  int process_ = -1;
  int output_ = -1;
};

}  // namespace midas::internal::test
