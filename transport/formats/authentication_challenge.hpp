// Reads the challenges in a WWW-Authenticate header: RFC 9110, sections 11.2 to 11.6.1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal {

struct authentication_challenge {
  /// In lower case: "bearer".
  std::string scheme;
  /// Names in lower case, and values without quotation marks and escapes, in the header's order.
  /// Empty if the scheme is followed by a token68 or by nothing.
  std::vector<std::pair<std::string, std::string>> parameters{};

  /// The value of the first parameter of that name, in lower case; null if there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
};

struct challenge_list {
  /// Those before the malformed part, if there is one.
  std::vector<authentication_challenge> challenges;
  /// Where the malformed part of the header begins; empty if the header is well-formed.
  std::optional<std::size_t> fault{};
};

/// Accepts more than the RFC allows: a missing comma between challenges or parameters, and
/// characters such as '/' and '=' in a value without quotation marks, since services send base64
/// so.
challenge_list parse_challenges(std::string_view header);

}  // namespace midas::internal
