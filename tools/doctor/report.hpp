// An examination as text and as JSON. Neither contains the token or any other value that was sent
// or received.
#pragma once

#include "tools/doctor/examination.hpp"

#include <string>

namespace midas::internal::tools {

/// Lines for a terminal.
std::string to_text(const examination& result);

/// One JSON object.
std::string to_json(const examination& result);

}  // namespace midas::internal::tools
