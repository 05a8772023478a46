// Bytes as text, and text that nobody can guess: a simulated host's secrets are as good as a real
// one's.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace midas::internal::simulator {

/// Two hexadecimal digits a byte, in upper case.
[[nodiscard]] std::string hexadecimal(std::span<const unsigned char> bytes);

/// The same of random bytes. Any thread. Throws std::runtime_error when the
/// system has no randomness.
[[nodiscard]] std::string random_hexadecimal(std::size_t bytes);

}  // namespace midas::internal::simulator
