// The dialect of Azure Machine Learning compute: App Service's of 2017, with an identity that the
// workspace chooses. What MSAL for Python, .NET and Go send.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_request.hpp>

#include <string>

namespace midas::internal::machine_learning {

/// Where tokens are to be had, the secret that shows that it is the job that asks, and the client
/// id of the identity that stands for the system-assigned one; empty when none is named.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
  std::string default_client_id{};
};

/// Reads MSI_ENDPOINT, MSI_SECRET and DEFAULT_IDENTITY_CLIENT_ID. Errors: those of
/// endpoint_from_environment and header_from_environment.
expected<connection_settings> read_address(const host_environment& environment,
                                           bool allow_insecure);

/// The request for a token. Errors: those of make_key, and errc::identity_not_supported for an
/// object or resource id.
expected<http_request> encode(const connection_settings& address, const token_request& request);

/// The dialect as a whole; its answers are those of read_simple_response.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::machine_learning
