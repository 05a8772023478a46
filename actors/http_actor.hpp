// The http actor: the one way from actors to the wire.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"
#include "transport/http_transport.hpp"
#include <midas/host_limits.hpp>

#include <memory>

namespace midas::internal {

struct http_settings {
  /// Has at most limits.max_in_flight exchanges on the wire, the others in order of deadline.
  std::shared_ptr<http_transport> transport;
  host_limits limits{};
  std::shared_ptr<const service_context> service;
};

/// Requests beyond the host's limits wait here, in order of deadline: all pass through this actor,
/// so no other needs to be asked for leave. One whose turn cannot come before its deadline is
/// answered errc::deadline_exceeded as soon as that is known, and then says in retry_after how long
/// its turn is away. When it ends it cancels what it has on the wire, and
/// answers every request.
http_actor spawn_http(caf::actor_system& system, http_settings settings);

}  // namespace midas::internal
