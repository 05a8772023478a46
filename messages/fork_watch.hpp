// What survives a fork: the child has one thread, and the locks that other threads held stay
// locked.
#pragma once

#include <cstdint>
#include <mutex>

namespace midas::internal {

/// The process in which the object was created. Any thread; takes no lock and makes no system call
/// after the first object.
class process_tag {
 public:
  process_tag();

  /// True in a child of that process.
  [[nodiscard]] bool is_forked() const noexcept;

 private:
  std::uint32_t generation_;
};

/// A thread that holds an outer lock may lock an inner one; one that holds an inner lock locks
/// none.
enum class lock_rank { outer, inner };

/// Makes fork() wait until `mutex` is free, so that the child finds it unlocked. For a few mutexes
/// that live until the process ends; a thread that holds one must not fork, or lock another one of
/// the same rank. Create it as a constant at namespace scope, so that no thread exists yet.
struct lock_during_fork {
  lock_during_fork(std::mutex& mutex, lock_rank rank) noexcept;
};

/// Makes the child of a fork call `function`, which must not throw, before fork() returns. Create
/// it like lock_during_fork.
struct call_in_forked_child {
  explicit call_in_forked_child(void (*function)()) noexcept;
};

}  // namespace midas::internal
