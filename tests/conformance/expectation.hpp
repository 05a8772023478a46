// What a case expects of a request.
#pragma once

#include <midas/messages/http_message.hpp>

#include <string>
#include <vector>

#include "templates.hpp"
#include "vector_file.hpp"

namespace midas::conformance {

/// What of the request is not as expected, a line each; none when all is.
std::vector<std::string> differences(const http_request& request, const json& expected,
                                     const template_values& values);

}  // namespace midas::conformance
