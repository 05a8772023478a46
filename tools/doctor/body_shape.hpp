// The shape of a response body, without its values.
#pragma once

#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <span>
#include <string>

namespace midas::internal::tools {

/// Describes a body without revealing a value: "empty", "HTML or XML", "not JSON", "JSON, but not
/// an object" or "a JSON object (access_token: string, expires_in: number, 3 others)". Member names
/// that do not look like identifiers, or repeat one of the request's `proofs`, are only counted,
/// since they may be values.
std::string shape_of(sensitive_string body, std::span<const secret> proofs = {});

}  // namespace midas::internal::tools
