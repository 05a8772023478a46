// What is written to standard error, as a pipe that the test reads.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

namespace midas::internal::test {

/// Takes the place of standard error until it is destroyed. No other thread may write meanwhile,
/// except those of the test.
class captured_stderr {
 public:
  captured_stderr() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return;
    }
    reader_ = ends[0];
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
    ::fcntl(reader_, F_SETFL, O_NONBLOCK);
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;
  ~captured_stderr() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    close_reader();
  }

  /// Everything that was written since the last call. Does not wait.
  [[nodiscard]] std::string read() const {
    std::string result;
    std::array<char, 4096> bytes{};
    for (auto count = ::read(reader_, bytes.data(), bytes.size()); count > 0;
         count = ::read(reader_, bytes.data(), bytes.size())) {
      result.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return result;
  }

  void close_reader() {
    if (reader_ >= 0) {
      ::close(reader_);
    }
    reader_ = -1;
  }

 private:
  int saved_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  int reader_ = -1;
};

}  // namespace midas::internal::test
