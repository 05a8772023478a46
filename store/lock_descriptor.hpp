// The descriptor of a lock file, which no forked child keeps.
#pragma once

#include "messages/descriptor.hpp"

#include <sys/types.h>

#include <string>
#include <utility>

namespace midas::internal {

/// flock() locks an open file, which a forked child shares: the lock would outlive a holder that is
/// killed for as long as its child lives. So the child closes it before fork() returns. (A program
/// that is executed does not have it, either.) Any thread; an object is for one thread at a time.
class lock_descriptor {
 public:
  lock_descriptor() noexcept = default;
  /// Opens the file of that name, as openat() does, with O_CLOEXEC. Not open, with errno, if that
  /// fails.
  lock_descriptor(int directory, const std::string& name, int flags, mode_t mode = 0) noexcept;
  lock_descriptor(lock_descriptor&& other) noexcept : file_(std::move(other.file_)) {}
  lock_descriptor& operator=(lock_descriptor&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~lock_descriptor() { close(); }

  void close() noexcept;

  [[nodiscard]] int number() const noexcept { return file_.number(); }
  [[nodiscard]] bool is_open() const noexcept { return file_.is_open(); }

 private:
  descriptor file_;
};

}  // namespace midas::internal
