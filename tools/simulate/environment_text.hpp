// Environment variables in machine-readable form.
#pragma once

#include <midas/environment_variable.hpp>

#include <span>
#include <string>

namespace midas::internal::tools {

/// One line `export NAME='VALUE'` for each variable, for a POSIX shell to evaluate.
std::string as_shell(std::span<const environment_variable> variables);

/// One JSON object that maps names to values, on one line.
std::string as_json(std::span<const environment_variable> variables);

}  // namespace midas::internal::tools
