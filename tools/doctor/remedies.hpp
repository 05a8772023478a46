// What to do about a failure that `midas doctor` found.
#pragma once

#include "tools/doctor/examination.hpp"

#include <string>
#include <vector>

namespace midas::internal::tools {

/// Suggestions for resolving the failure, most likely first, none of which says again what the
/// report shows elsewhere. Empty if `result.token` has a value.
[[nodiscard]] std::vector<std::string> remedies(const examination& result);

}  // namespace midas::internal::tools
