// Starting threads where a limit may refuse them.
#pragma once

#include <cstddef>
#include <functional>

namespace midas::internal {

/// Throws std::system_error unless this process can have `count` more threads. CAF 0.17 does not
/// survive a thread that cannot be started, so this is called before it starts its own. Another
/// process of the same user may still take the threads in between.
void require_threads(std::size_t count);

/// Runs the function on a thread of its own, without waiting for it. If no thread can be started
/// even after some time, the function is not run, and what it would have ended stays.
void run_detached(std::function<void()> function) noexcept;

/// The same, but waits for the end of the function. False if it did not run.
bool run_on_new_thread(const std::function<void()>& function) noexcept;

}  // namespace midas::internal
