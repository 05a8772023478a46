#include <midas/transport/uuid.hpp>

#include <openssl/rand.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace midas {

namespace {

// One step of SplitMix64, by which neighbouring seeds give unlike numbers.
std::uint64_t mixed(std::uint64_t seed) noexcept {
  seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
  return seed ^ (seed >> 31U);
}

std::uint64_t seed() noexcept {
  std::uint64_t result = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&result), sizeof result) == 1) {
    return result;
  }
  static std::atomic<std::uint64_t> calls = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return static_cast<std::uint64_t>(now) ^ mixed(reinterpret_cast<std::uintptr_t>(&calls)) ^
         mixed(++calls);
}

}  // namespace

std::string uuid_of(std::array<unsigned char, 16> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  std::string result;
  result.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      result += '-';
    }
    result += digits[bytes.at(i) >> 4U];
    result += digits[bytes.at(i) & 0xfU];
  }
  return result;
}

std::string random_uuid() {
  // OpenSSL for each would cost as much as all the rest of a request.
  thread_local std::mt19937_64 numbers{seed()};
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
    const auto number = numbers();
    std::memcpy(bytes.data() + i, &number, sizeof number);
  }
  return uuid_of(bytes);
}

}  // namespace midas
