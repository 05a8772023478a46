// The variables that lead clients to a proxy.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/environment_variable.hpp>
#include <midas/error.hpp>

#include <vector>

namespace midas::internal::tools {

/// The variables of IMDS for the first TCP listener, and those of App Service as well if the
/// configuration has the identity header, or names a file that has it. Fails with
/// errc::invalid_configuration if there is no TCP listener with a port, or if the file exists and
/// cannot be read.
[[nodiscard]] expected<std::vector<environment_variable>> client_variables(
    const proxy::proxy_configuration& configuration);

}  // namespace midas::internal::tools
