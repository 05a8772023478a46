// The store actor: holds requests while the token store is loaded.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <memory>

namespace midas::internal {

struct store_settings {
  std::shared_ptr<const service_context> service;
  /// Gets the requests back.
  cache_actor cache;
};

/// The load must have begun (store_calls::begin_load). The actor passes each request on when the
/// store is loaded or the request has waited long enough, whichever is first; see load_wait_end().
store_actor spawn_store(caf::actor_system& system, store_settings settings);

}  // namespace midas::internal
