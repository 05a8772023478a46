// An HTTP request as plain values.
#pragma once

#include <cstddef>
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
  /// Path and query, still percent-encoded; also of a target in absolute form, "http://HOST/PATH".
  std::string_view target;
  /// All fields in the order of the request. Names may occur more than once.
  std::span<const header_field> fields;
  std::string_view body;
  /// What a target in absolute form names before the path, "HOST[:PORT]"; nothing in other forms.
  std::optional<std::string_view> authority{};

  /// The value of the first field of that name, compared case-insensitively.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
  /// How many fields have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  /// The value of the only field of that name; empty if there are several, which an HTTP library
  /// may join to "one, two".
  [[nodiscard]] std::optional<std::string_view> only_field(std::string_view name) const noexcept;
  /// Whom the client addresses: the authority of the target, which then counts instead of the Host
  /// field (RFC 9112, 3.2.2), or the first Host field.
  [[nodiscard]] std::optional<std::string_view> host() const noexcept;
  /// The target up to its '?'.
  [[nodiscard]] std::string_view path() const noexcept;
  /// The part of the target after '?'; empty without one.
  [[nodiscard]] std::string_view query() const noexcept;
};

/// Compares ASCII letters case-insensitively and all other bytes exactly.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace midas::internal::http
