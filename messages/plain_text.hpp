// Makes untrusted text safe to show in an error, in a log line, on a terminal, or in JSON. All of
// these functions accept any bytes.
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

/// The first 80 bytes of an input, in double quotes, with '?' in place of all but printable ASCII.
std::string quoted_start(std::string_view text);

/// `text` with "<redacted>" in place of anything that looks like a JSON Web Token, the usual form
/// of Azure's access tokens.
std::string without_tokens(std::string_view text);

/// `text` for a terminal, as one line of well-formed UTF-8 from which the input can be told:
/// control characters and characters that are invisible or set the writing direction become "\n",
/// "\r",
/// "\t" or "\u{202e}", malformed bytes "\xff". A backslash is not escaped.
std::string printable(std::string_view text);

/// The same for a text of several lines, whose line breaks stay.
std::string printable_lines(std::string_view text);

/// `text` with U+FFFD in place of each byte that is not part of well-formed UTF-8, for JSON.
std::string well_formed(std::string_view text);

/// `text` with '?' in place of everything that printable() escapes.
std::string without_controls(std::string text);

}  // namespace midas::internal
