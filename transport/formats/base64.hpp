// Decodes base64 (RFC 4648, sections 4 and 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

/// Decodes base64url without padding, as RFC 7515 requires of tokens. Empty if `text` is not that.
std::optional<std::string> decode_base64url(std::string_view text);

/// Decodes base64 or base64url, with or without padding. Empty if `text` is neither.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace midas::internal
