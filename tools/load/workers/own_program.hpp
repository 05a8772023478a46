// Runs this program again as a child process.
#pragma once

#include <midas/error.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// What the program prints on standard output when it is run with these arguments, whatever its
/// exit code. Calls `is_wanted` several times a second; if that returns false, the child is ended.
/// Fails with errc::not_started if the child cannot be started, with errc::response_too_large if it
/// prints more than `limit` bytes, with errc::shutting_down if it was ended, and otherwise, if it
/// printed nothing, with errc::invalid_configuration and the last of what it printed on standard
/// error.
[[nodiscard]] expected<std::string> run_own_program(const std::vector<std::string>& arguments,
                                                    std::size_t limit,
                                                    const std::function<bool()>& is_wanted);

}  // namespace midas::internal::tools
