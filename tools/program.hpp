// The command line of the program.
#pragma once

#include "tools/command.hpp"

#include <string>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// The name of a command, and what it runs.
using named_actions = std::vector<std::pair<std::string, action>>;

/// E.g. "0.1.0".
[[nodiscard]] std::string program_version();

/// Declares every command and option on `program`. The actions own what the options set, and so
/// must live until `program` has parsed.
[[nodiscard]] named_actions declare_program(CLI::App& program);

}  // namespace midas::internal::tools
