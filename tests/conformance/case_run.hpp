// Runs one case against detection, the dialects and the actors of a token service.
#pragma once

#include <string>
#include <vector>

#include "vector_file.hpp"

namespace midas::conformance {

/// What is not as the case says, a line each; none when all is.
std::vector<std::string> run_case(const vector_case& each);

}  // namespace midas::conformance
