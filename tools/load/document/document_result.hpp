// A document as the result of a run, so that thresholds can be checked.
#pragma once

#include "tools/load/document/load_document.hpp"
#include "tools/load/load_result.hpp"

namespace midas::internal::tools {

/// The phases of the document with their latencies and errors; the latencies of failed requests
/// are left out and count as zero. The counters of the whole run are with the last phase.
[[nodiscard]] load_result result_of(const load_document& document);

}  // namespace midas::internal::tools
