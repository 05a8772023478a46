#include "messages/random_start.hpp"

#include <chrono>
#include <exception>
#include <random>

namespace midas::internal {

std::uint64_t random_start() noexcept {
  static const char in_this_copy = 0;
  // If there is no source of random numbers: the address differs between copies.
  auto seed =
      reinterpret_cast<std::uintptr_t>(&in_this_copy) ^
      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  try {
    std::random_device random;
    seed ^= std::uint64_t{random()} << 32U ^ random();
  } catch (const std::exception&) {
    // The seed remains as it is.
  }
  return (std::mt19937_64{seed}() >> 1U) + 1;
}

}  // namespace midas::internal
