// Endpoints and secrets that hosts publish in environment variables.
#pragma once

#include "transport/formats/url.hpp"
#include "transport/hosts/host_environment.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// The variable that allows plain http everywhere.
inline constexpr std::string_view insecure_variable = "MIDAS_ALLOW_INSECURE_ENDPOINT";

/// Puts the name of the variable that caused it in front of an error's message.
unexpected blame_variable(std::string_view variable, error problem);

/// check_endpoint for a URL that the environment names: plain http is also allowed to an
/// is_private_address(), since hosts have their endpoints in such networks. Errors name the
/// variable.
expected<url_parts> check_named_endpoint(std::string_view variable, std::string_view url,
                                         bool allow_insecure);

/// `url`, unchanged, if check_named_endpoint and check_no_query accept it. Errors name the
/// variable.
expected<std::string> check_environment_url(std::string_view variable, std::string_view url,
                                            bool allow_insecure);

/// The URL in a variable, unchanged. Fails with errc::invalid_configuration if the variable is not
/// set, with errc::invalid_endpoint if it is not an absolute http or https URL or has a query, and
/// with errc::endpoint_not_allowed for plain http to a name or a public address without
/// `allow_insecure`. Each error names the variable.
expected<std::string> endpoint_from_environment(const host_environment& environment,
                                                std::string_view variable, bool allow_insecure);

/// Fails with errc::invalid_configuration, naming the variable, if its value is neither a
/// GUID nor a name, or has more than 64 characters; see is_guid_or_name().
expected<void> check_client_id(std::string_view variable, std::string_view value);

/// Whether the variable MIDAS_ALLOW_INSECURE_ENDPOINT allows plain http everywhere: "1" or "true".
/// Fails with errc::invalid_configuration for any other value but "0" and "false".
expected<bool> allows_insecure(const host_environment& environment);

/// The value of a variable that is sent in a header. Fails with errc::invalid_configuration, naming
/// the variable but never its value, if it is not set or holds anything but printable ASCII.
expected<sensitive_string> header_from_environment(const host_environment& environment,
                                                   std::string_view variable);

}  // namespace midas::internal
