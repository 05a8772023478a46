// Distributions of the latency of a simulated host.
#pragma once

#include "simulator/faults/random_sequence.hpp"

#include <chrono>
#include <variant>

namespace midas::internal::simulator {

struct fixed_latency {
  std::chrono::nanoseconds value{0};
};

/// Every latency from `min` to `max` is equally likely.
struct uniform_latency {
  std::chrono::nanoseconds min{0};
  std::chrono::nanoseconds max{0};
};

/// The logarithm of the latency is normally distributed: most latencies are near the median, a few
/// are very long. `median` must be above zero; 1 % of the latencies exceed `p99`.
struct lognormal_latency {
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds p99{0};
};

using latency_distribution = std::variant<fixed_latency, uniform_latency, lognormal_latency>;

/// The maximum latency of an answer.
inline constexpr std::chrono::hours max_latency{24};

/// A latency from 0 to max_latency. Takes as many numbers from `draws` as the distribution needs.
[[nodiscard]] std::chrono::nanoseconds draw_latency(const latency_distribution& distribution,
                                                    random_sequence& draws);

}  // namespace midas::internal::simulator
