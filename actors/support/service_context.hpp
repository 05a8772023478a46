// What the actors of one token service share.
#pragma once

#include "actors/support/gate.hpp"
#include "actors/support/observers.hpp"
#include "actors/support/service_counters.hpp"
#include "actors/support/shared_budget.hpp"
#include "actors/support/shared_claims.hpp"
#include "actors/support/shared_failures.hpp"
#include "messages/clock_reading.hpp"
#include "published/token_table.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace midas::internal {

class store_calls;

/// Uniform in [0, 1). Thread-safe.
double random_unit();

/// Shared by actors on many threads: the objects that it points to are thread-safe, the rest is
/// constant.
struct service_context {
  /// Gives a request that names no identity the one of the service, if it has one.
  void name_identity(token_request& request) const {
    if (options.identity && !request.identity.is_named()) {
      request.identity = *options.identity;
    }
  }

  /// The error with which every request fails, if the service is misconfigured.
  [[nodiscard]] std::optional<error> configuration_error() const {
    return endpoint ? std::nullopt : std::optional{endpoint.error()};
  }

  /// The error for a caller whose deadline has passed, at `at` by the actors' clock: with the last
  /// failure of its key or, if all requests wait for it, of the host. The host must be known.
  [[nodiscard]] error deadline_error(const acquisition_key_view& key,
                                     std::chrono::steady_clock::time_point at) const;

  /// The host's protocol, or the error with which every request to a misconfigured service fails.
  expected<host_protocol> endpoint;
  /// Adjusted once, when the service is created; the actors use no other defaults.
  token_service_options options{};
  std::shared_ptr<token_table> table = std::make_shared<token_table>();
  std::shared_ptr<service_counters> counters = std::make_shared<service_counters>();
  std::shared_ptr<gate> live_actors = std::make_shared<gate>();
  std::shared_ptr<internal::observers> observers = std::make_shared<internal::observers>();
  /// What the host allows, and what it is known to be able to answer at the moment.
  std::shared_ptr<shared_budget> budget = std::make_shared<shared_budget>();
  /// Which claims are not worth another request to the host for a while.
  std::shared_ptr<shared_claims> claims = std::make_shared<shared_claims>();
  /// Why keys have no token.
  std::shared_ptr<shared_failures> failures = std::make_shared<shared_failures>();
  /// Whether tokens are refreshed in the background. Once it is false, the host is asked only for
  /// requests that wait.
  std::shared_ptr<std::atomic<bool>> refreshes = std::make_shared<std::atomic<bool>>(true);
  /// The calls of the token store; null without a store.
  std::shared_ptr<store_calls> store{};
  /// The clocks that determine the lifetime of tokens. Deadlines and pauses use the actors' clock.
  std::function<clock_reading()> now = &clock_reading::now;
  /// Between 0 and 1.
  std::function<double()> jitter = &random_unit;
};

}  // namespace midas::internal
