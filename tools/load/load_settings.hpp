// The settings of a load run.
#pragma once

#include "tools/load/load_arguments.hpp"
#include "tools/load/settings.hpp"

#include <vector>

namespace midas::internal::tools {

/// The effective value of each option of the parsed command.
std::vector<setting> settings_of(const CLI::App& command, const load_arguments& arguments);

}  // namespace midas::internal::tools
