// The dialect of the Azure Instance Metadata Service, which every Azure VM has at 169.254.169.254.
// Microsoft Learn: "How to use managed identities for Azure resources on an Azure VM to acquire an
// access token", "Azure Instance Metadata Service".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::imds {

/// The URL that tokens are asked at. `authority` is a URL in place of http://169.254.169.254, as
/// AZURE_POD_IDENTITY_AUTHORITY_HOST gives it (empty: none); its path is replaced, unless it ends
/// as the service's own. Fails as check_endpoint does, and with errc::invalid_endpoint for a query.
expected<std::string> token_url(std::string_view authority, bool allow_insecure);

/// The parameter that names an identity in that way; empty for the system-assigned one. Azure Arc's
/// is the same.
std::string_view selector_of(identity_kind kind) noexcept;

/// The request for a token at `url`. The id goes to the service as the caller wrote it, the
/// resource without its /.default; claims do not go there. Fails as make_key does.
expected<http_request> encode(const std::string& url, const token_request& request,
                              std::string_view request_id);

/// Reads the answer received at `now`, of whatever status. See read_token_response and
/// read_service_error; 404 and 410 mean that the service is being updated.
expected<token_grant> decode(const token_request& request, http_response response,
                             std::chrono::sys_seconds now);

/// All of it. Fails as token_url does; the error names the variable that the authority is from.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::imds
