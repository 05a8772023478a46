#include "simulator/tokens/random_text.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace midas::internal::simulator {

std::string hexadecimal(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back("0123456789ABCDEF"[byte >> 4]);
    text.push_back("0123456789ABCDEF"[byte & 15]);
  }
  return text;
}

std::string random_hexadecimal(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  if (RAND_bytes(drawn.data(), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("the simulator cannot get random numbers from the system");
  }
  return hexadecimal(drawn);
}

}  // namespace midas::internal::simulator
