// Endpoints and secrets that hosts publish in environment variables.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Puts the name of the variable that caused it in front of an error's message.
unexpected blame_variable(std::string_view variable, error problem);

/// `url`, unchanged, if check_endpoint and check_no_query accept it. Errors name the variable.
expected<std::string> check_variable_url(std::string_view variable, std::string_view url,
                                         bool allow_insecure);

/// The URL in a variable, unchanged. Plain http is allowed to this machine, to 169.254.0.0/16 (App
/// Service on Linux has its endpoint there; link-local addresses do not leave the host), and with
/// `allow_insecure`. Fails with errc::invalid_configuration if the variable is not set, with
/// errc::invalid_endpoint if it is not an absolute http or https URL or has a query, and with
/// errc::endpoint_not_allowed for other plain http. Each error names the variable.
expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure);

/// Fails with errc::invalid_configuration, naming the variable, if its value is no client id; see
/// managed_identity::validate() and check_id_size().
expected<void> check_client_id(std::string_view variable, std::string_view value);

/// The value of a variable that is sent in a header. Fails with errc::invalid_configuration, naming
/// the variable but never its value, if it is not set or holds characters that no header may have.
expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable);

}  // namespace midas::internal
