#include "tools/load/workers/message_seal.hpp"

#include <midas/sensitive_string.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace midas::internal::tools {

namespace {

constexpr std::size_t mark_size = 64;

template <class Text>
void append_hex(Text& text, const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr) {
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  }
  std::string result;
  append_hex(result, digest.data(), size);
  return result;
}

constexpr const char* name_of(seal_side side) noexcept {
  return side == seal_side::worker ? "worker" : "coordinator";
}

std::string purpose(const char* use, const session_nonces& nonces) {
  return std::string{"midas load "} + use + "\n" + nonces.worker + "\n" + nonces.coordinator;
}

}  // namespace

std::string random_nonce() {
  std::array<unsigned char, 32> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error{"the system has no random numbers"};
  }
  std::string text;
  append_hex(text, bytes.data(), bytes.size());
  return text;
}

std::string proof_of(const secret& shared, const session_nonces& nonces, seal_side side) {
  return hmac(shared.reveal(), purpose(name_of(side), nonces));
}

bool equal_in_constant_time(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

message_seal::message_seal(const secret& shared, const session_nonces& nonces, seal_side own)
    : key_(hmac(shared.reveal(), purpose("session", nonces))), own_(own) {}

std::string message_seal::mark_of(std::string_view text, seal_side side,
                                  std::uint64_t number) const {
  std::string sealed{name_of(side)};
  sealed += "\n" + std::to_string(number) + "\n";
  sealed += text;
  return hmac(key_.reveal(), sealed);
}

std::string message_seal::seal(std::string_view text) {
  auto line = mark_of(text, own_, sealed_++) + " ";
  line += text;
  return line;
}

std::optional<std::string> message_seal::open(std::string_view line) {
  if (line.size() <= mark_size || line[mark_size] != ' ') {
    return std::nullopt;
  }
  const auto text = line.substr(mark_size + 1);
  const auto other = own_ == seal_side::worker ? seal_side::coordinator : seal_side::worker;
  if (!equal_in_constant_time(line.substr(0, mark_size), mark_of(text, other, opened_))) {
    return std::nullopt;
  }
  ++opened_;
  return std::string{text};
}

}  // namespace midas::internal::tools
