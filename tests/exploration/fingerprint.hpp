// Identifies what has happened to a value.
#pragma once

#include <cstdint>

namespace midas::internal::exploration {

/// The hash of a sequence of numbers. Two values to which the same has happened, in the same order,
/// are in the same state.
class fingerprint {
 public:
  void add(std::uint64_t number) noexcept {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;
    auto mixed = (hash_ ^ number) * odd;
    mixed ^= mixed >> 29U;
    hash_ = mixed * 0xbf58476d1ce4e5b9U + odd;
  }

  [[nodiscard]] std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

}  // namespace midas::internal::exploration
