// The acquisition actor: acquires tokens for one identity, resource and claims.
#pragma once

#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace midas::internal {

struct earlier_failure {
  error failure;
  std::chrono::steady_clock::time_point until;
};

struct acquisition_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<const acquisition_key> key;
  cache_actor cache;
  http_actor http;
  /// An earlier actor of the key ended unexpectedly: the host must not be asked before `until`.
  std::optional<earlier_failure> last_failure{};
};

/// The actor has at most one HTTP request in flight; requests that arrive meanwhile join the same
/// acquisition. acquisition_fsm decides what to send, when to retry and when to give up. Each
/// waiter is answered once: with the token; with the acquisition's error, as soon as no attempt can
/// succeed before the waiter's deadline; with errc::deadline_exceeded at that deadline; or, when
/// the actor ends, with errc::shutting_down or errc::actor_terminated. The cache actor ends the
/// actor.
acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings);

}  // namespace midas::internal
