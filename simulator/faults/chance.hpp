// What is left to chance, repeatably.
#pragma once

#include <cstdint>

namespace midas::internal::simulator {

/// A sequence of numbers that look random, and are the same for the same seed, rule and request:
/// so what one rule draws does not depend on how often another one drew.
class chance {
 public:
  chance(std::uint64_t seed, std::uint64_t rule, std::uint64_t request) noexcept;

  /// In [0, 1).
  double next() noexcept;

 private:
  std::uint64_t state_;
};

/// A seed that nobody chose; never 0.
[[nodiscard]] std::uint64_t draw_seed();

}  // namespace midas::internal::simulator
