// Environment variables as text that other programs read.
#pragma once

#include <midas/environment_variable.hpp>

#include <span>
#include <string>

namespace midas::internal::tools {

/// A line `export NAME='VALUE'` for each, for any POSIX shell to evaluate.
std::string as_shell(std::span<const environment_variable> variables);

/// One JSON object of the values by name, on one line.
std::string as_json(std::span<const environment_variable> variables);

}  // namespace midas::internal::tools
