// The acquisition actor: acquires tokens for one identity, resource and claims.
#pragma once

#include <midas/actors/gate.hpp>
#include <midas/actors/statistics.hpp>
#include <midas/actors/token_table.hpp>
#include <midas/messages/protocols.hpp>
#include <midas/transport/endpoints/endpoint.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace midas {

/// What the actors of one token service share.
struct service_context {
  /// The host's dialect; an error when the service is misconfigured, and so the answer to every
  /// request.
  expected<identity_endpoint> endpoint;
  std::shared_ptr<token_table> table = std::make_shared<token_table>();
  std::shared_ptr<token_service_counters> counters = std::make_shared<token_service_counters>();
  std::shared_ptr<gate> alive = std::make_shared<gate>();
  /// UTC, for what expires. What waits is timed by the actor's own clock.
  std::function<std::chrono::sys_seconds()> wall_clock = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds attempt_timeout{30'000};
  std::size_t max_response_bytes = std::size_t{1} << 20U;
};

struct acquisition_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<const acquisition_key> key;
  cache_actor cache;
  http_actor http;
};

/// One exchange with the host at a time, of as many requests as its dialect needs, and everyone who
/// asks meanwhile waits for it. Each waiter is answered once: with the token, with the error of the
/// acquisition, by its own deadline, or, when this actor ends, with errc::shutting_down or
/// errc::actor_terminated. It is ended by the cache.
acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings);

}  // namespace midas
