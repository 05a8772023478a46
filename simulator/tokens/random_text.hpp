// Hexadecimal text and random secrets.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace midas::internal::simulator {

/// Two uppercase hexadecimal digits per byte.
[[nodiscard]] std::string hexadecimal(std::span<const unsigned char> bytes);

/// Cryptographically random bytes in that form. Any thread may call it. Throws std::runtime_error
/// if the system has no random numbers.
[[nodiscard]] std::string random_hexadecimal(std::size_t bytes);

}  // namespace midas::internal::simulator
