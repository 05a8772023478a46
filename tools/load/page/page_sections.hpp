// The tables and lists of the report page.
#pragma once

#include "tools/load/document/load_document.hpp"
#include "tools/load/page/time_bins.hpp"

#include <string>
#include <vector>

namespace midas::internal::tools {

// Each returns HTML, or nothing if there is nothing to show.

/// The headline figures.
[[nodiscard]] std::string tiles(const load_document& document);
[[nodiscard]] std::string threshold_section(const load_document& document);
/// Throughput and percentiles of each phase.
[[nodiscard]] std::string phase_section(const load_document& document);
/// Median and range of the repetitions.
[[nodiscard]] std::string repetition_section(const load_document& document);
[[nodiscard]] std::string fault_section(const load_document& document);
[[nodiscard]] std::string error_section(const load_document& document);
[[nodiscard]] std::string settings_section(const load_document& document);
[[nodiscard]] std::string machine_section(const load_document& document);
/// What the charts show, as a table that opens.
[[nodiscard]] std::string data_section(const std::vector<time_bin>& bins);

}  // namespace midas::internal::tools
