// The header to start with: everything an application needs that is not made of actors. Includes no
// header of CAF, libcurl or RapidJSON. Actors include <midas/actors.hpp>, tests against a simulated
// host <midas/simulated_host.hpp>.
#pragma once

#include <midas/access_token.hpp>
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
