// Runs one case against detection, the host protocols and the actors of a token service.
#pragma once

#include "tests/conformance/vector_file.hpp"

#include <string>
#include <vector>

namespace midas::internal::conformance {

/// The differences from the case, a line each; empty if the case passes.
std::vector<std::string> run_case(const vector_case& each);

}  // namespace midas::internal::conformance
