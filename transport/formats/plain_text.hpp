// Text of unknown origin, made fit to be shown in an error or a log line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal {

/// `text` on one line of well-formed UTF-8: runs of white space and control characters become one
/// space, none at the ends; bytes that are no UTF-8 and characters that steer a terminal or the
/// direction of writing become '?'. Of more than `max_bytes`, the whole characters that fit, and
/// "...".
std::string one_line(std::string_view text, std::size_t max_bytes);

/// The text between double quotes, as it is.
std::string quoted(std::string_view text);

/// `text` with "<redacted>" for whatever looks like a JSON Web Token, as Azure's access tokens are.
std::string without_tokens(std::string_view text);

}  // namespace midas::internal
