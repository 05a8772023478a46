// The charts of the report page.
#pragma once

#include "tools/load/document/load_document.hpp"
#include "tools/load/page/time_bins.hpp"

#include <string>
#include <vector>

namespace midas::internal::tools {

// Each returns a <section>, or nothing if there is nothing to draw.

/// Latency against percentiles, of each phase that the document has.
[[nodiscard]] std::string distribution_section(const load_document& document);

/// Tokens, errors and the target rate, with the faults.
[[nodiscard]] std::string throughput_section(const load_document& document,
                                             const std::vector<time_bin>& bins);
/// Requests to the host, refreshes and responses with status 429, with the faults.
[[nodiscard]] std::string upstream_section(const load_document& document,
                                           const std::vector<time_bin>& bins);
/// Shares of the tokens that were cached, joined an acquisition, and were fetched.
[[nodiscard]] std::string answers_section(const load_document& document,
                                          const std::vector<time_bin>& bins);
/// p50, p99 and the maximum, with the faults.
[[nodiscard]] std::string latency_section(const load_document& document,
                                          const std::vector<time_bin>& bins);

}  // namespace midas::internal::tools
