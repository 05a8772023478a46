// The bounds of a service's options, applied once, when the service is created.
#pragma once

#include <midas/token_service_options.hpp>

namespace midas::internal {

/// Each option moved into the range that token_service_options documents, so that no code that uses
/// one needs to expect an overflow. Pure; any thread.
token_service_options bounded(token_service_options options);

}  // namespace midas::internal
