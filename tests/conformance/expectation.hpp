// Compares a request with the one that a case expects.
#pragma once

#include "messages/http_message.hpp"
#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"

#include <string>
#include <vector>

namespace midas::internal::conformance {

/// The differences from the expected request, a line each; empty if there are none.
std::vector<std::string> differences(const http_request& request, const json& expected,
                                     const template_values& values);

}  // namespace midas::internal::conformance
