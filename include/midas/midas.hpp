// The header to start with: everything that threads, callbacks and coroutines need. It includes no
// header of CAF, libcurl or RapidJSON. Actors include <midas/actors.hpp>; tests that run against a
// simulated host include <midas/simulated_host.hpp>.
#pragma once

#include <midas/access_token.hpp>
#include <midas/claims_challenge.hpp>
#include <midas/error.hpp>
#include <midas/event_subscription.hpp>
#include <midas/managed_identity.hpp>
#include <midas/secret.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_event.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service.hpp>
#include <midas/token_service_options.hpp>
#include <midas/token_service_statistics.hpp>

/// Managed-identity tokens for threads, callbacks, coroutines and actors. token_service is the
/// class to start with. What is in midas::detail and midas::internal belongs to midas itself, and
/// may change in any release.
namespace midas {}
