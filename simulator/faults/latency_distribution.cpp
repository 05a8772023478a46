#include "simulator/faults/latency_distribution.hpp"

#include <algorithm>
#include <cmath>

namespace midas::internal::simulator {
namespace {

using std::chrono::nanoseconds;

/// The 99th percentile of the standard normal distribution.
constexpr double normal_p99 = 2.3263478740408408;
constexpr double two_pi = 6.283185307179586;

/// The Box-Muller transform.
double draw_normal(random_sequence& draws) {
  const double radius = std::sqrt(-2 * std::log(1 - draws.next()));
  return radius * std::cos(two_pi * draws.next());
}

struct draw {
  random_sequence& draws;

  double operator()(const fixed_latency& latency) const {
    return static_cast<double>(latency.value.count());
  }
  double operator()(const uniform_latency& latency) const {
    const auto min = static_cast<double>(latency.min.count());
    return min + (static_cast<double>(latency.max.count()) - min) * draws.next();
  }
  double operator()(const lognormal_latency& latency) const {
    const auto median = static_cast<double>(latency.median.count());
    const auto sigma = std::log(static_cast<double>(latency.p99.count()) / median) / normal_p99;
    return median * std::exp(sigma * draw_normal(draws));
  }
};

}  // namespace

nanoseconds draw_latency(const latency_distribution& distribution, random_sequence& draws) {
  constexpr auto most = static_cast<double>(nanoseconds{max_latency}.count());
  const double drawn = std::visit(draw{draws}, distribution);
  return nanoseconds{std::llround(std::clamp(drawn, 0.0, most))};
}

}  // namespace midas::internal::simulator
