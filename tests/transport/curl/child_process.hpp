// Runs parts of a test in a process of its own: a forked one, or this program anew.
#pragma once

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

/// Calls `run` in a forked process, which has no other thread. Returns its result, or 128 plus the
/// signal that ended the process; it is killed after 20 seconds. `run` must not use Catch2's
/// macros.
int in_forked_process(const std::function<int()>& run);

/// Runs one test of this program, by its name, with these environment variables. True if it passed.
bool passes_anew(const std::string& test,
                 const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace midas::internal::test
