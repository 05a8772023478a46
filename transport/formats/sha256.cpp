#include "transport/formats/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace midas::internal {

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL cannot compute a SHA-256"};
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(2 * std::size_t{size});
  for (unsigned i = 0; i < size; ++i) {
    result += digits[digest.at(i) >> 4U];
    result += digits[digest.at(i) & 0xfU];
  }
  return result;
}

}  // namespace midas::internal
