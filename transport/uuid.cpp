#include <midas/transport/uuid.hpp>

#include <openssl/rand.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace midas {

namespace {

// One step of SplitMix64, by which neighbouring seeds give unlike numbers.
std::uint64_t mixed(std::uint64_t seed) noexcept {
  seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
  return seed ^ (seed >> 31U);
}

void fill_from_clock(std::array<unsigned char, 16>& bytes) noexcept {
  static std::atomic<std::uint64_t> calls = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  auto seed = static_cast<std::uint64_t>(now) ^ mixed(reinterpret_cast<std::uintptr_t>(&calls));
  seed += mixed(++calls);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.at(i) = static_cast<unsigned char>(mixed(seed + i / 8) >> (8 * (i % 8)));
  }
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
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    fill_from_clock(bytes);
  }
  return uuid_of(bytes);
}

}  // namespace midas
