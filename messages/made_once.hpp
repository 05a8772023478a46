// An object that is made when it is first needed, also in a child that was forked meanwhile.
#pragma once

#include <mutex>

namespace midas::internal {

/// Takes the place of a static variable in a function. While one thread initializes such a
/// variable, the others wait for it; in a child that is forked at that moment the thread does not
/// exist, and the child would wait forever. The C library knows that of a std::once_flag, and lets
/// the child begin again.
///
/// To be declared constinit, and never destroyed, so that threads may use it while the process
/// exits. Any thread.
template <class T>
class made_once {
 public:
  constexpr made_once() noexcept = default;

  /// The object, which the first call makes by `make()`. Throws what `make` throws; the next call
  /// then tries again.
  template <class Make>
  T& get(Make make) {
    std::call_once(once_, [&] { object_ = new T(make()); });
    return *object_;
  }

 private:
  std::once_flag once_;
  T* object_ = nullptr;
};

}  // namespace midas::internal
