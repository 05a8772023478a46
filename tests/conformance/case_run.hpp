// Runs one case against detection, the dialects and the actors of a token service.
#pragma once

#include "tests/conformance/vector_file.hpp"

#include <string>
#include <vector>

namespace midas::internal::conformance {

/// What is not as the case says, a line each; none when all is.
std::vector<std::string> run_case(const vector_case& each);

}  // namespace midas::internal::conformance
