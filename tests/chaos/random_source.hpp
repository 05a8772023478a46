// Random numbers that are the same on every platform. The distributions of the standard library are
// not, and a seed must repeat its plan everywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace midas::internal::chaos {

/// The generator splitmix64.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }

  /// A number less than `limit`, which must not be 0.
  std::size_t below(std::size_t limit) noexcept { return next() % limit; }

  /// A duration from `from` to `to`, both included.
  std::chrono::milliseconds between(std::chrono::milliseconds from,
                                    std::chrono::milliseconds to) noexcept {
    const auto width = static_cast<std::size_t>((to - from).count()) + 1;
    return from + std::chrono::milliseconds{below(width)};
  }

  bool with_probability(double probability) noexcept {
    constexpr double two_to_53 = 9007199254740992.0;
    return static_cast<double>(next() >> 11U) / two_to_53 < probability;
  }

 private:
  std::uint64_t state_;
};

}  // namespace midas::internal::chaos
