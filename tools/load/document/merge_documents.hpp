// The document of several workers.
#pragma once

#include "tools/load/document/load_document.hpp"
#include <midas/error.hpp>

#include <map>
#include <span>
#include <string>

namespace midas::internal::tools {

/// One document of runs that began at the same time on different machines. Counts are summed, also
/// by second; latencies come from the sum of the histograms, and are never averages of percentiles.
/// The duration is that of the longest run, the memory that of the largest process; machine and
/// settings are those of the first, and `machines` has all. Thresholds are left out, because they
/// must be checked again. Fails with errc::invalid_configuration without documents, and if their
/// histograms do not have the same buckets.
[[nodiscard]] expected<load_document> merge_documents(std::span<const load_document> documents);

/// Sets the percentiles among these latencies from their histogram, up to their maximum.
void set_percentiles(std::map<std::string, double>& latency_ms, const bucket_list& histogram);

}  // namespace midas::internal::tools
