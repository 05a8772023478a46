// Reads selected members of a JSON object in place.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace midas::internal {

/// The type of a JSON value.
enum class json_kind : std::uint8_t { absent, null, boolean, number, string, array, object };

/// "absent", "null", "boolean", "number", "string", "array", "object".
std::string_view to_string(json_kind kind) noexcept;

/// A requested member and, once it has been read, its value.
struct json_member {
  std::string_view name;
  /// The member of the outermost object, itself an object, that contains this member; empty if the
  /// outermost object contains it.
  std::string_view parent{};
  json_kind kind = json_kind::absent;
  /// The characters of a string, or a number as written; empty for other types. Points into the
  /// buffer.
  std::string_view text{};
};

/// A text with this much spare capacity is read without being moved.
inline constexpr std::size_t json_read_ahead = 16;

struct json_reading {
  enum class outcome : std::uint8_t {
    object,
    /// JSON, but not an object.
    other_value,
    /// Not JSON (RFC 8259), or nested too deeply.
    malformed,
  };
  outcome result = outcome::malformed;
  /// The number of members of the outermost object, including those not requested.
  std::size_t members = 0;
  /// Malformed only because it ends too early.
  bool is_truncated = false;
};

/// Fills `wanted` from `text`; all are absent unless `text` is an object. Overwrites parts of
/// `text`: strings are decoded in place, so that no secret is copied. Among members with the same
/// name, the last one wins. A byte-order mark is accepted; malformed UTF-8, a NUL, and anything
/// after the object are errors. Nesting uses no stack.
json_reading read_json_object(sensitive_string& text, std::span<json_member> wanted);

}  // namespace midas::internal
