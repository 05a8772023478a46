#include "simulator/faults/random_sequence.hpp"

#include <algorithm>
#include <random>

namespace midas::internal::simulator {
namespace {

// The increment and the finalizer of SplitMix64 (Steele, Lea, Flood, 2014). The distributions of
// the standard library differ between implementations, which would break repeatability.
constexpr std::uint64_t increment = 0x9e3779b97f4a7c15U;

std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

}  // namespace

random_sequence::random_sequence(std::uint64_t seed, std::uint64_t rule,
                                 std::uint64_t request) noexcept
    : state_(mixed(mixed(mixed(seed + increment) + rule + increment) + request + increment)) {}

double random_sequence::next() noexcept {
  state_ += increment;
  return static_cast<double>(mixed(state_) >> 11) * 0x1p-53;
}

std::uint64_t draw_seed() {
  std::random_device device;
  const auto high = static_cast<std::uint64_t>(device());
  return std::max<std::uint64_t>((high << 32) | device(), 1);
}

}  // namespace midas::internal::simulator
