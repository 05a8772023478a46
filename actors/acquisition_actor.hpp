// The acquisition actor: acquires tokens for one identity, resource and claims.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <memory>

namespace midas::internal {

struct acquisition_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<const acquisition_key> key;
  cache_actor cache;
  http_actor http;
};

/// One exchange with the host at a time, of as many requests as its dialect needs, and everyone who
/// asks meanwhile waits for it. What fails is tried again as retry_policy says, for as long as
/// somebody waits. Each waiter is answered once: with the token; with the error of the acquisition,
/// as soon as it is known that no attempt will succeed before the waiter's deadline; by that
/// deadline; or, when this actor ends, with errc::shutting_down or errc::actor_terminated. It is
/// ended by the cache.
acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings);

}  // namespace midas::internal
