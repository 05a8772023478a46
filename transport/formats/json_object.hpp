// Reads the few members that are wanted from a JSON object, in the very buffer that holds it.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace midas::internal {

/// What a JSON value is.
enum class json_kind : std::uint8_t { absent, null, boolean, number, string, array, object };

/// "absent", "null", "boolean", "number", "string", "array", "object".
std::string_view to_string(json_kind kind) noexcept;

/// A member that is wanted, and once read, what it holds.
struct json_member {
  std::string_view name;
  /// The name of the object in the outermost one that it is a member of; empty: the outermost
  /// itself.
  std::string_view parent{};
  json_kind kind = json_kind::absent;
  /// The characters of a string, the digits of a number as written; points into the buffer.
  std::string_view text{};
};

/// A text that is reserved with so much room behind its end is not moved to be read.
inline constexpr std::size_t json_read_ahead = 16;

struct json_reading {
  enum class outcome : std::uint8_t {
    object,
    /// JSON, but no object.
    other_value,
    /// No JSON (RFC 8259), or nested too deeply.
    malformed,
  };
  outcome result = outcome::malformed;
  /// How many members the outermost object has, the ones not wanted included.
  std::size_t members = 0;
};

/// Finds `wanted` in `text` (all absent unless that is an object), which it overwrites in part:
/// strings are decoded in place, so that no copy of a secret in them is made. Of members with the
/// same name the last one counts. A byte-order mark is tolerated; ill-formed UTF-8, a NUL, and
/// anything after the object are not. Needs no stack for deep nesting.
json_reading read_json_object(sensitive_string& text, std::span<json_member> wanted);

}  // namespace midas::internal
