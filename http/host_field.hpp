// The name in a Host field, or in the authority of a request's target.
#pragma once

#include <optional>
#include <string_view>

namespace midas::internal::http {

struct host_parts {
  /// Without brackets.
  std::string_view name{};
  /// Only digits, at most five; empty if there is none.
  std::string_view port{};
  /// The name was in brackets, as an address of IPv6 is.
  bool is_bracketed = false;
};

/// Reads `NAME[:PORT]` or `[ADDRESS][:PORT]`; empty if the text is malformed, user information
/// included, or has no name.
[[nodiscard]] std::optional<host_parts> read_host(std::string_view text) noexcept;

/// Whether the name is an IP address, an IPv6 one in brackets and an IPv4 one without.
[[nodiscard]] bool is_address(const host_parts& host) noexcept;
[[nodiscard]] bool is_loopback_address(std::string_view name) noexcept;
/// Whether both texts are the same, or the same IPv6 address.
[[nodiscard]] bool are_equal_addresses(std::string_view a, std::string_view b) noexcept;

}  // namespace midas::internal::http
