// The program of programs/store_user.cpp, in processes of their own.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

using store_environment = std::vector<std::pair<std::string, std::string>>;

/// Starts the program with these arguments and additional variables. Its output goes to `output`.
pid_t start_store_program(const std::vector<std::string>& arguments,
                          const store_environment& environment = {},
                          const std::string& output = "/dev/null");

/// "exit 0", "signal 9" and so on.
std::string end_of_store_program(pid_t child);

}  // namespace midas::internal::test
