// What a response's body is like, told without anything that it says.
#pragma once

#include <midas/sensitive_string.hpp>

#include <string>

namespace midas::internal::tools {

/// "empty", "a page", "no JSON", "JSON, but no object", or "a JSON object (access_token: string,
/// expires_in: number, 3 others)": names of members that look like names, kinds, and no values.
std::string shape_of(sensitive_string body);

}  // namespace midas::internal::tools
