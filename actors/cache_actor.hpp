// The cache actor: receives every request for a token.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"
#include "transport/http_transport.hpp"
#include <midas/host_limits.hpp>

#include <memory>

namespace midas::internal {

struct cache_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<http_transport> transport;
  host_limits limits{};
};

/// The actor answers with the published token, or forwards the request to the acquisition actor of
/// its key, which it spawns if necessary. It starts the refresh of each token at its time, spawns
/// the HTTP actor, replaces an actor that ends unexpectedly, and ends all of them when it ends.
cache_actor spawn_cache(caf::actor_system& system, cache_settings settings);

}  // namespace midas::internal
