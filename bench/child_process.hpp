// Another program that a benchmark runs: for a memory, threads and processor time of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::bench {

/// Runs from construction until destruction, which asks it to end (SIGTERM) and waits for it.
/// Throws std::system_error when it cannot be run. One thread.
class child_process {
 public:
  explicit child_process(const std::vector<std::string>& command);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  /// What it prints on standard output from here until the end of a line, or of its output.
  [[nodiscard]] std::string read_line();

  /// All that it prints until it closes standard output; calls `meanwhile` as often as told.
  template <class Function>
  [[nodiscard]] std::string read_all(std::chrono::milliseconds every, Function meanwhile) {
    std::string result;
    do {
      meanwhile();
    } while (read_for(every, result));
    return result;
  }

  /// How many threads it has now; 0 when it has ended.
  [[nodiscard]] std::size_t threads() const;

  /// Until it ends of its own accord: its exit status, 128 and the signal when one ended it.
  [[nodiscard]] int wait();

 private:
  // False at the end of its output.
  bool read_for(std::chrono::milliseconds time, std::string& result);

  int output_ = -1;
  pid_t process_ = -1;
};

/// `midas simulate` in a process of its own, IMDS on a port of the loopback that is free.
class host_process {
 public:
  explicit host_process(std::chrono::milliseconds latency = {});

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

 private:
  child_process process_;
  std::string endpoint_;
};

/// The program `midas` that was built with this benchmark.
[[nodiscard]] std::string midas_program();

/// A line of /proc/…/status by its name, as a number; 0 when there is none.
[[nodiscard]] std::size_t status_value(const std::string& file, const std::string& name);

}  // namespace midas::internal::bench
