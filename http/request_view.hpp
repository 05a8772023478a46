// An HTTP request as plain values.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace midas::internal::http {

struct header_field {
  std::string_view name;
  std::string_view value;
};

/// A complete request. The views are valid only during the call that receives the request.
struct request_view {
  /// E.g. "GET"; the case is that of the request.
  std::string_view method;
  /// Path and query, still percent-encoded.
  std::string_view target;
  /// All fields in the order of the request. Names may occur more than once.
  std::span<const header_field> fields;
  std::string_view body;

  /// The value of the first field of that name, compared case-insensitively.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
  /// The target up to its '?'.
  [[nodiscard]] std::string_view path() const noexcept;
  /// The part of the target after '?'; empty without one.
  [[nodiscard]] std::string_view query() const noexcept;
};

/// Compares ASCII letters case-insensitively and all other bytes exactly.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace midas::internal::http
