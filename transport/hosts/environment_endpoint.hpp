// The endpoints that hosts tell in environment variables.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// The URL in a variable, as written, for a query to be put behind it. Plain http is taken to this
/// machine, to 169.254.0.0/16 (App Service on Linux has its endpoint there: such addresses do not
/// leave the host), and with `allow_insecure`. Fails with errc::invalid_configuration when the
/// variable is not set, errc::invalid_endpoint when it holds no absolute http or https URL or one
/// with a query, errc::endpoint_not_allowed for other plain http; each names the variable.
expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure);

/// The value of a variable that goes into a header. Fails with errc::invalid_configuration, naming
/// the variable, never its value, when it is not set or holds what no header may.
expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable);

}  // namespace midas::internal
