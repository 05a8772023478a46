// Decodes base64.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

/// Decodes base64 or base64url (RFC 4648, sections 4 and 5), with or without padding. Empty if
/// `text` is neither.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace midas::internal
