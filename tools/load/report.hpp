// The results of a load run as texts.
#pragma once

#include "tools/load/load_result.hpp"

#include <string>

namespace midas::internal::tools {

/// A table that fits a terminal of 80 columns.
std::string to_table(const load_result& result);

/// One object, which docs/load.schema.json describes.
std::string to_json(const load_result& result);

/// The distribution of the judged latencies in milliseconds, in the text form that the plotters of
/// HdrHistogram read.
std::string to_hdr(const load_result& result);

/// A line with the names of the columns, and one for each row of the series.
std::string to_csv(const load_result& result);

}  // namespace midas::internal::tools
