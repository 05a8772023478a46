#include "service/bounded_options.hpp"

#include "actors/policies/deadline.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_requests_per_second = 100'000;
constexpr std::size_t max_actor_threads = 256;

template <class Duration>
void clamp(Duration& value, Duration min) {
  value = std::clamp<Duration>(value, min, max_duration);
}

host_limits bounded(host_limits limits) {
  limits.max_in_flight = std::max<std::size_t>(1, limits.max_in_flight);
  if (limits.max_per_second > max_requests_per_second) {
    limits.max_per_second = 0;
  }
  return limits;
}

}  // namespace

token_service_options bounded(token_service_options options) {
  clamp(options.default_timeout, std::chrono::nanoseconds{1});
  clamp(options.connect_timeout, std::chrono::milliseconds{1});
  clamp(options.attempt_timeout, std::chrono::milliseconds{1});
  clamp(options.negative_cache_ttl, std::chrono::milliseconds{0});
  if (options.limits) {
    options.limits = bounded(*options.limits);
  }
  if (options.idle_key_timeout) {
    clamp(*options.idle_key_timeout, std::chrono::seconds{1});
  }
  options.max_cold_keys_per_lane = std::max<std::size_t>(1, options.max_cold_keys_per_lane);
  options.max_keys = std::max<std::size_t>(1, options.max_keys);
  options.actor_threads = std::clamp<std::size_t>(options.actor_threads, 1, max_actor_threads);
  return options;
}

}  // namespace midas::internal
