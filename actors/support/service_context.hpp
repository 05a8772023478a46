// What the actors of one token service share.
#pragma once

#include "actors/support/gate.hpp"
#include "actors/support/observers.hpp"
#include "actors/support/service_counters.hpp"
#include "messages/clock_reading.hpp"
#include "published/token_table.hpp"
#include "transport/hosts/host_protocol.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace midas::internal {

/// Uniform in [0, 1). Thread-safe.
double random_unit();

/// Shared by actors on many threads: what it points at is thread-safe, the rest is constant.
struct service_context {
  /// The host's dialect; an error when the service is misconfigured, and so the answer to every
  /// request.
  expected<host_protocol> endpoint;
  std::shared_ptr<token_table> table = std::make_shared<token_table>();
  std::shared_ptr<service_counters> counters = std::make_shared<service_counters>();
  std::shared_ptr<gate> live_actors = std::make_shared<gate>();
  std::shared_ptr<internal::observers> observers = std::make_shared<internal::observers>();
  /// For what expires. What waits is timed by the actor's own clock.
  std::function<clock_reading()> now = &clock_reading::now;
  /// What is left to chance, between 0 and 1.
  std::function<double()> jitter = &random_unit;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds attempt_timeout{30'000};
  std::size_t max_response_bytes = std::size_t{1} << 20U;
  bool retries = true;
  std::chrono::milliseconds negative_cache_ttl{5'000};
};

}  // namespace midas::internal
