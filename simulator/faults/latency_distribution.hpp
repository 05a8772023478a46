// How long the answers of a faulty host take.
#pragma once

#include "simulator/faults/chance.hpp"

#include <chrono>
#include <variant>

namespace midas::internal::simulator {

struct fixed_latency {
  std::chrono::nanoseconds value{0};
};

/// Every time between the two is as likely.
struct uniform_latency {
  std::chrono::nanoseconds min{0};
  std::chrono::nanoseconds max{0};
};

/// Most take about the median, a few very long: the logarithm is normally distributed. Half take
/// longer than `median`, which is above zero, and one in a hundred longer than `p99`.
struct lognormal_latency {
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds p99{0};
};

using latency_distribution = std::variant<fixed_latency, uniform_latency, lognormal_latency>;

/// The longest that any answer is delayed.
inline constexpr std::chrono::hours max_latency{24};

/// Draws as often as the distribution needs it. Never negative nor above max_latency.
[[nodiscard]] std::chrono::nanoseconds draw_latency(const latency_distribution& distribution,
                                                    chance& draws);

}  // namespace midas::internal::simulator
