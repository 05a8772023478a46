// The errors of callers that no host causes. Each has one wording, wherever it occurs, so that logs
// can be grouped by it.
#pragma once

#include "messages/make_error.hpp"
#include <midas/error.hpp>

namespace midas::internal {

/// errc::cancelled: the caller has requested a stop.
inline error cancelled_error() {
  return make_error(errc::cancelled, "the caller canceled the request");
}

/// errc::shutting_down: shutdown() was called, or the service is being destroyed.
inline error shutting_down_error() {
  return make_error(errc::shutting_down, "the token service was shut down");
}

/// errc::shutting_down: the token handle has no service.
inline error empty_handle_error() {
  return make_error(errc::shutting_down, "the token handle is empty",
                    "Assign it a handle from token_service::for_resource()");
}

/// errc::actor_terminated: no actor of midas has the request any more, and it was not answered.
inline error actor_terminated_error() {
  return make_error(errc::actor_terminated, "an actor of the token service ended unexpectedly",
                    "Repeat the request; midas starts the actor again");
}

/// errc::invalid_timeout: the timeout is zero or negative.
inline error invalid_timeout_error() {
  return make_error(errc::invalid_timeout, "the timeout must be positive",
                    "Pass the time that the caller can wait");
}

}  // namespace midas::internal
