// Marks the threads that must not wait for the actors of a service.
#pragma once

namespace midas::internal {

/// While one exists, the calling thread runs an actor of midas, or code of the application that
/// midas calls: a completion, a coroutine, an observer. Such a thread must not wait for an actor,
/// which may need this very thread.
class no_wait_scope {
 public:
  no_wait_scope() noexcept;
  ~no_wait_scope();
  no_wait_scope(const no_wait_scope&) = delete;
  no_wait_scope& operator=(const no_wait_scope&) = delete;

  /// True if the calling thread has entered one.
  static bool active() noexcept;
};

}  // namespace midas::internal
