// What `midas load` does with several runs or several machines.
#pragma once

#include "tools/load/document/load_document.hpp"
#include "tools/load/view_arguments.hpp"
#include <midas/error.hpp>

#include <functional>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// A run's document, and the exit code of the program for it.
struct run_outcome {
  load_document document{};
  int exit_code = 0;
  /// What the exit code is about; empty for 0.
  std::string problem{};
};

/// Makes one run.
using make_run = std::function<expected<run_outcome>()>;

/// --compare: prints the comparison. Returns the exit code.
[[nodiscard]] int run_comparison(const view_arguments& arguments, bool json);

/// --worker: serves coordinators until a signal stops it. Returns the exit code.
[[nodiscard]] int run_as_worker(const view_arguments& arguments);

/// --workers: one run on all of them; `options` are those for them. Thresholds are not checked.
[[nodiscard]] expected<load_document> run_with_workers(const view_arguments& arguments,
                                                       const std::vector<std::string>& options);

/// --repeat: the outcome of the median run with all repetitions; its exit code is the first of
/// them that is not 0. Ends after a run that a signal ended. Fails if a run fails.
[[nodiscard]] expected<run_outcome> repeat(std::size_t times, const make_run& run);

}  // namespace midas::internal::tools
