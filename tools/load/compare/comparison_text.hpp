// A comparison as a table and as JSON.
#pragma once

#include "tools/load/compare/comparison.hpp"

#include <string>

namespace midas::internal::tools {

/// A table that fits a terminal of 80 columns, with everything escaped that does not print.
[[nodiscard]] std::string to_table(const load_comparison& compared);

/// One object with "a", "b", "settings", "machines", "figures" and "worse".
[[nodiscard]] std::string to_json(const load_comparison& compared);

}  // namespace midas::internal::tools
