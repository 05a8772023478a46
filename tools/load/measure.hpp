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

/// The exit code of the program for these results. bad_usage if all requests were refused before
/// they were sent; threshold_not_met if that is so; otherwise, unless a threshold says which errors
/// are acceptable, timed_out if requests failed and all of these timed out, and failure if requests
/// failed for other reasons, too.
int exit_code_of(const load_result& result, const std::vector<threshold>& thresholds);

/// Why a machine with so much free memory cannot run the callers; empty if it can.
std::string memory_problem(const std::string& as, std::size_t callers, std::uint64_t available);

}  // namespace midas::internal::tools
