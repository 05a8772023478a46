// Repeatable random numbers for the fault rules.
#pragma once

#include <cstdint>

namespace midas::internal::simulator {

/// A pseudorandom sequence that depends only on the seed, the rule and the request. The numbers
/// that one rule draws therefore do not depend on how often another rule drew.
class random_sequence {
 public:
  random_sequence(std::uint64_t seed, std::uint64_t rule, std::uint64_t request) noexcept;

  /// The next number, in [0, 1).
  double next() noexcept;

 private:
  std::uint64_t state_;
};

/// A random seed, never 0.
[[nodiscard]] std::uint64_t draw_seed();

}  // namespace midas::internal::simulator
