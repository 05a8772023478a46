// Completion scripts for shells.
#pragma once

#include "tools/manual/command_text.hpp"

#include <string>

namespace midas::internal::tools {

/// For bash, without the package bash-completion.
std::string bash_completion(const command_text& program);

/// For zsh's completion system: the function of the program.
std::string zsh_completion(const command_text& program);

}  // namespace midas::internal::tools
