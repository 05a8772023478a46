// The dialect of Azure Cloud Shell, whose tokens are those of the person who is signed in there.
// Microsoft Learn: "Acquire a token from Azure Cloud Shell".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <string>

namespace midas::internal::cloud_shell {

/// The request for a token to the endpoint at `url`. Errors: those of make_key, and
/// errc::identity_not_supported for a user-assigned identity.
expected<http_request> encode(const std::string& url, const token_request& request);

/// The dialect as a whole; it reads MSI_ENDPOINT, with the errors of endpoint_from_environment, and
/// its answers are those of read_simple_response.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::cloud_shell
