#include "transport/formats/uuid.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace midas::internal {

namespace {

using uuid_bytes = std::array<unsigned char, 16>;

// One step of SplitMix64, so that adjacent seeds give unrelated numbers.
std::uint64_t mixed(std::uint64_t seed) noexcept {
  seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
  return seed ^ (seed >> 31U);
}

// A fallback if the system has no random bytes; sufficient, since ids are not secrets.
uuid_bytes bytes_of_now() noexcept {
  static std::atomic<std::uint64_t> calls = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::array<std::uint64_t, 2> numbers{
      mixed(static_cast<std::uint64_t>(now) ^ reinterpret_cast<std::uintptr_t>(&calls)),
      mixed(++calls)};
  uuid_bytes result;
  std::memcpy(result.data(), numbers.data(), result.size());
  return result;
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
  // OpenSSL's generator would take milliseconds to set up in each thread.
  uuid_bytes bytes;
  return uuid_of(::getentropy(bytes.data(), bytes.size()) == 0 ? bytes : bytes_of_now());
}

}  // namespace midas::internal
