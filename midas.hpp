// The header to start with: the front door of midas and its value types. Includes no header of CAF,
// curl or RapidJSON; applications that talk to midas's actors include <midas/actors.hpp> instead.
#pragma once

#include <midas/actors/options.hpp>
#include <midas/actors/statistics.hpp>
#include <midas/actors/token_handle.hpp>
#include <midas/actors/token_service.hpp>
#include <midas/messages/access_token.hpp>
#include <midas/messages/error.hpp>
#include <midas/messages/managed_identity.hpp>
#include <midas/messages/secret.hpp>
#include <midas/messages/token_request.hpp>
#include <midas/transport/identity_json.hpp>
