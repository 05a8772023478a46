// Runs code in a child process: a forked one, or this program anew. A child that hangs is killed.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#ifdef __has_feature
#define MIDAS_HAS_FEATURE(name) __has_feature(name)
#else
#define MIDAS_HAS_FEATURE(name) 0
#endif

namespace midas::internal::test {

/// False with ThreadSanitizer, which ends a forked process that starts a thread, and with
/// AddressSanitizer, whose locks another thread may have held at the fork.
#if defined(__SANITIZE_THREAD__) || MIDAS_HAS_FEATURE(thread_sanitizer) || \
    defined(__SANITIZE_ADDRESS__) || MIDAS_HAS_FEATURE(address_sanitizer)
constexpr bool may_start_threads_after_fork = false;
#else
constexpr bool may_start_threads_after_fork = true;
#endif

/// Calls exit(run()) in a child process. Returns how the child ended: "exit 0", "signal 6", or
/// "hangs" if it took longer than `limit`. `run` must not use Catch2's macros.
std::string end_of_child(const std::function<int()>& run,
                         std::chrono::seconds limit = std::chrono::seconds{30});

/// The same with _exit(): the child runs no handler of exit(), and destroys no static object.
std::string end_of_child_without_atexit(const std::function<int()>& run,
                                        std::chrono::seconds limit = std::chrono::seconds{30});

/// Runs one test of this program, by its name, with these environment variables. True if it passed.
bool passes_anew(const std::string& test,
                 const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace midas::internal::test
