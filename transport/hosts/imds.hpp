// The protocol of the Azure Instance Metadata Service, which every Azure VM has at 169.254.169.254.
// Microsoft Learn: "How to use managed identities for Azure resources on an Azure VM to acquire an
// access token", "Azure Instance Metadata Service".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include "transport/hosts/identity_parameters.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal::imds {

/// The parameters that select an identity; those of Azure Arc are the same.
inline constexpr identity_parameters parameters{
    .client_id = "client_id", .object_id = "object_id", .resource_id = "msi_res_id"};

/// The URL of the token endpoint. A nonempty `authority` is a URL that replaces
/// http://169.254.169.254, in the form of AZURE_POD_IDENTITY_AUTHORITY_HOST; its path is replaced
/// unless it ends in the service's own path. Fails as check_endpoint does, and with
/// errc::invalid_endpoint for a query.
expected<std::string> token_url(std::string_view authority, bool allow_insecure);

/// The same, with the authority that AZURE_POD_IDENTITY_AUTHORITY_HOST names, if it is set: plain
/// http is also allowed to private addresses. Errors name the variable.
expected<std::string> token_url(const host_environment& environment, bool allow_insecure);

/// The request for a token at `url`. Claims are not sent: IMDS does not support them.
http_request encode(const std::string& url, const resolved_request& request,
                    std::string_view request_id);

/// The request that shows whether the host at that token_url() knows version 2 of the identity API,
/// with its tokens bound to keys: the answer is 400 if it does, and 404 if not. It has no Metadata
/// header, and does not count towards the host's limits. As MSAL .NET sends it.
http_request version_probe(std::string_view url, std::string_view request_id);

/// Fails as token_url does; the error names the variable if the authority is from the environment.
/// 404 and 410 mean that the service is being updated.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::imds
