// The summary of the runs of midas load --repeat.
#pragma once

#include "tools/load/document/load_document.hpp"

#include <string>
#include <vector>

namespace midas::internal::tools {

/// The document of the median run, with all runs as its repetitions, in their order and without
/// their series. The median run is that with the middle p99 if the runs have a rate, or else with
/// the middle throughput (of an even number, the lower one), in the steady state if there was one.
/// Precondition: there is a run.
[[nodiscard]] load_document summarize_runs(std::vector<load_document> runs);

/// A table of every figure; with repetitions, of the medians and ranges.
[[nodiscard]] std::string figure_table(const load_document& document);

}  // namespace midas::internal::tools
