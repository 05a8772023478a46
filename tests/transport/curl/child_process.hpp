// Runs parts of a test in a process of its own: a forked one, or this program anew.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

/// Calls `run` in a forked process, which has no other thread. Returns its result, or 128 plus the
/// signal that ended the process; it is killed after 20 seconds. `run` must not use Catch2's
/// macros.
int in_forked_process(const std::function<int()>& run);

/// Runs one test of this program, by its name, with these environment variables. True if it passed.
bool passes_anew(const std::string& test,
                 const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace midas::internal::test
