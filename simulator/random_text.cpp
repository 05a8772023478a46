#include <midas/simulator/random_text.hpp>

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace midas::simulator {

std::string random_hexadecimal(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  if (RAND_bytes(drawn.data(), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("the simulator gets no random numbers from the system");
  }
  std::string text;
  text.reserve(bytes * 2);
  for (const auto byte : drawn) {
    text.push_back("0123456789ABCDEF"[byte >> 4]);
    text.push_back("0123456789ABCDEF"[byte & 15]);
  }
  return text;
}

}  // namespace midas::simulator
