// Makes a load run.
#pragma once

#include "tools/load/load_arguments.hpp"
#include "tools/load/load_result.hpp"
#include <midas/error.hpp>

#include <vector>

namespace midas::internal::tools {

/// Runs the phases that the arguments ask for, and evaluates the thresholds. Fails if the options
/// contradict each other or need more than the machine has; nothing was sent then. Throws
/// std::invalid_argument for options that the simulator refuses, and std::runtime_error, which says
/// what to do, if the simulator or the callers cannot be started.
expected<load_result> measure(const load_arguments& arguments, std::vector<setting> settings);

/// The exit code of the program for these results: that of the first error, unless a threshold
/// says which errors are acceptable; or threshold_not_met.
int exit_code_of(const load_result& result, const std::vector<threshold>& thresholds);

/// Why a machine with so much free memory cannot run the callers; empty if it can.
std::string memory_problem(const std::string& as, std::size_t callers, std::uint64_t available);

}  // namespace midas::internal::tools
