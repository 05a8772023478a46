// The HTTP actor: sends the requests of all actors to the host.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"
#include "transport/http_transport.hpp"
#include <midas/host_limits.hpp>

#include <memory>

namespace midas::internal {

struct http_settings {
  /// Has at most limits.max_in_flight exchanges in flight; others wait in it by deadline.
  std::shared_ptr<http_transport> transport;
  host_limits limits{};
  std::shared_ptr<const service_context> service;
};

/// Requests beyond the host's limits wait here, the earliest deadline first; since all requests
/// pass through this actor, no other actor counts them. A request that the limits admit only after
/// its deadline fails with not_admitted as soon as that is known. When the actor ends, it cancels
/// the exchanges in flight and answers every request.
http_actor spawn_http(caf::actor_system& system, http_settings settings);

}  // namespace midas::internal
