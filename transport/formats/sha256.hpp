// The SHA-256 of a text, as identity endpoints want it: 64 hexadecimal digits in lower case.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal {

/// Throws std::runtime_error where OpenSSL has no SHA-256, which no installation lacks.
std::string sha256_hex(std::string_view text);

}  // namespace midas::internal
