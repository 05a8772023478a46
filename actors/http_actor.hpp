// The HTTP actor: sends the requests of all actors to the host.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"
#include "transport/http_transport.hpp"
#include <midas/host_limits.hpp>

#include <memory>

namespace midas::internal {

struct http_settings {
  /// Has at most limits.max_in_flight exchanges in flight; others wait in the actor.
  std::shared_ptr<http_transport> transport;
  /// Those of the service. What the host allows at the moment is in service->budget.
  host_limits limits{};
  std::shared_ptr<const service_context> service;
};

/// Requests that the host's budget does not admit wait here; admission_queue decides which one is
/// next. Since all requests pass through this actor, no other actor counts them. A request that the
/// budget admits only after its deadline fails with not_admitted as soon as that is known; one for
/// a cold key of a lane that has too many of them fails with errc::host_busy. When the actor ends,
/// it cancels the exchanges in flight and answers every request.
http_actor spawn_http(caf::actor_system& system, http_settings settings);

}  // namespace midas::internal
