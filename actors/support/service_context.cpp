#include "actors/support/service_context.hpp"

#include <random>
#include <string>
#include <utility>

namespace midas::internal {

double random_unit() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{}(engine);
}

error service_context::deadline_error(const acquisition_key_view& key,
                                      std::chrono::steady_clock::time_point at) const {
  auto result = internal::deadline_error(*endpoint, std::string{key.token.resource});
  auto known = failures->find(key);
  if (!known) {
    known = budget->paused_since(at, at);
    if (known) {
      add_reason(known->failure, endpoint->reason);
    }
  }
  return known ? with_reason(std::move(result), *known, at) : result;
}

}  // namespace midas::internal
