// SHA-256 in the form that identity endpoints use.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal {

/// The SHA-256 of `text`, as 64 hexadecimal digits in lower case. Throws std::runtime_error if
/// OpenSSL does not provide SHA-256, as every usual installation does.
std::string sha256_hex(std::string_view text);

}  // namespace midas::internal
