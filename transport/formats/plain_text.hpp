// Makes untrusted text safe to show in an error or a log line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal {

/// `text` as one line of well-formed UTF-8: each run of white space and control characters becomes
/// one space, except at the ends, where it is removed; malformed bytes and characters that control
/// a terminal or the writing direction become '?'. Text longer than `max_bytes` is cut between
/// characters and ends in "...".
std::string one_line(std::string_view text, std::size_t max_bytes);

/// `text` in double quotes, unescaped.
std::string quoted(std::string_view text);

/// `text` with "<redacted>" in place of anything that looks like a JSON Web Token, the usual form
/// of Azure's access tokens.
std::string without_tokens(std::string_view text);

}  // namespace midas::internal
