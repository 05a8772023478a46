// The shape of a response body, without its values.
#pragma once

#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// A member of a JSON object, without its value.
struct member_shape {
  std::string name;
  /// "null", "boolean", "number", "string", "empty string", "array" or "object".
  std::string_view kind;
};

struct body_shape {
  /// See shape_of().
  std::string text{};
  /// At most a dozen of a JSON object, in its order: those that shape_of() names.
  std::vector<member_shape> members{};
  /// The number of the object's other members.
  std::size_t other_members = 0;
};

/// The shape of a body as values. `proofs` are those of the request.
[[nodiscard]] body_shape read_shape(sensitive_string body, std::span<const secret> proofs = {});

/// Describes a body without revealing a value: "empty", "HTML or XML", "not JSON", "JSON, but not
/// an object" or "a JSON object (access_token: string, expires_in: number, 3 others)". Members
/// whose names no host uses (is_known_member), or whose names repeat one of the request's `proofs`,
/// are only counted, since such a name may be a value, or a part of one.
std::string shape_of(sensitive_string body, std::span<const secret> proofs = {});

}  // namespace midas::internal::tools
