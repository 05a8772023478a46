// Runs another program, so that its memory, threads and processor time are measured separately.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::bench {

/// The constructor starts the program and throws std::system_error if that fails. The destructor
/// sends SIGTERM and waits for the end. Not thread-safe.
class child_process {
 public:
  explicit child_process(const std::vector<std::string>& command);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  /// Reads its standard output up to the end of the line or of the output.
  [[nodiscard]] std::string read_line();

  /// Reads its standard output to the end, and calls `meanwhile` at the given interval.
  template <class Function>
  [[nodiscard]] std::string read_all(std::chrono::milliseconds every, Function meanwhile) {
    std::string result;
    do {
      meanwhile();
    } while (read_for(every, result));
    return result;
  }

  /// Its current number of threads; 0 if it has ended.
  [[nodiscard]] std::size_t threads() const;

  /// Waits for its end. Returns its exit code, or 128 plus the number of the signal that ended it.
  [[nodiscard]] int wait();

 private:
  // Returns false at the end of the output.
  bool read_for(std::chrono::milliseconds time, std::string& result);

  int output_ = -1;
  pid_t process_ = -1;
};

/// `midas simulate` as a separate process, with IMDS on a free loopback port.
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

/// The number in the named line of a file such as /proc/self/status; 0 if there is no such line.
[[nodiscard]] std::size_t status_value(const std::string& file, const std::string& name);

}  // namespace midas::internal::bench
