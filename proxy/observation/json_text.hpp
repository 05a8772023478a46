// Strings of JSON that are safe to print, whatever the text contains.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Appends `text` as a string of JSON in printable ASCII: everything else is escaped, and a byte
/// that is not part of well-formed UTF-8 becomes U+FFFD.
void append_json_string(std::string& to, std::string_view text);

}  // namespace midas::internal::proxy
