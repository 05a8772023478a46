#include "store/lock_descriptor.hpp"

#include "messages/fork_watch.hpp"
#include "store/system_calls.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace midas::internal {

namespace {

// No memory can be allocated in a forked child. More locks than these are held by no program; a
// child keeps the files of any others. Free: 0; otherwise the number, plus one.
constinit std::array<std::atomic<int>, 64> open_locks{};

// No lock is held while the file is opened and closed, which could make a fork wait for a disk.
void replace_first(int number, int by) noexcept {
  static_cast<void>(std::ranges::any_of(open_locks, [number, by](std::atomic<int>& each) {
    int expected = number;
    return each.compare_exchange_strong(expected, by);
  }));
}

// The numbers stay in use, since the objects that have them may close them.
void close_in_child() {
  const descriptor nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  for (auto& each : open_locks) {
    const int number = each.exchange(0) - 1;
    if (number >= 0 && nothing.is_open()) {
      ::dup3(nothing.number(), number, O_CLOEXEC);
    }
  }
}

const call_in_forked_child closes_locks{&close_in_child};

}  // namespace

lock_descriptor::lock_descriptor(int directory, const std::string& name, int flags,
                                 mode_t mode) noexcept
    : file_(uninterrupted(
          [&] { return ::openat(directory, name.c_str(), flags | O_CLOEXEC, mode); })) {
  if (file_.is_open()) {
    replace_first(0, file_.number() + 1);
  }
}

void lock_descriptor::close() noexcept {
  if (file_.is_open()) {
    replace_first(file_.number() + 1, 0);
    const descriptor closed{std::move(file_)};
  }
}

}  // namespace midas::internal
