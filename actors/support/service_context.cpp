#include "actors/support/service_context.hpp"

#include <random>

namespace midas::internal {

double random_unit() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{}(engine);
}

}  // namespace midas::internal
