// The header to start with: the front door of midas and its value types. Includes no header of CAF,
// curl or RapidJSON; applications that talk to midas's actors include <midas/actors.hpp> instead.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/managed_identity.hpp>
#include <midas/managed_identity_json.hpp>
#include <midas/secret.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service.hpp>
#include <midas/token_service_options.hpp>
#include <midas/token_service_statistics.hpp>
