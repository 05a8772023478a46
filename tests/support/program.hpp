// Runs programs and captures their output.
#pragma once

#include <string>
#include <vector>

namespace midas::internal::test {

struct program_result {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

/// Runs the program without a shell and waits for it to end.
program_result run_program(const std::string& path, const std::vector<std::string>& arguments);

/// A program that runs until a signal stops it. The destructor sends SIGTERM, so that the program
/// can remove its files.
class running_program {
 public:
  running_program(const std::string& path, const std::vector<std::string>& arguments);
  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;
  ~running_program();

  /// Blocks until the program has printed a line, and returns it without the newline.
  std::string read_line();

  /// Sends the signal.
  void send(int signal) const;

  [[nodiscard]] int process() const { return process_; }

  /// Sends the signal and waits for the program to end. Returns the rest of its output.
  program_result stop(int signal);

 private:
  int process_ = -1;
  int output_ = -1;
};

}  // namespace midas::internal::test
