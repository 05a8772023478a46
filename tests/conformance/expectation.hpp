// What a case expects of a request.
#pragma once

#include "messages/http_message.hpp"
#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"

#include <string>
#include <vector>

namespace midas::internal::conformance {

/// What of the request is not as expected, a line each; none when all is.
std::vector<std::string> differences(const http_request& request, const json& expected,
                                     const template_values& values);

}  // namespace midas::internal::conformance
