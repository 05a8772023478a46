// The dialect of Service Fabric, whose endpoint is known by its certificate alone. Microsoft Learn:
// "How to leverage a Service Fabric application's managed identity to access Azure services".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_request.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::service_fabric {

/// Where tokens are to be had, the secret that shows who asks, and the certificate that shows that
/// it is the cluster that is asked.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
  sha1_digest certificate{};
};

/// Reads IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT. Errors: those of
/// endpoint_from_environment, header_from_environment and parse_thumbprint, and
/// errc::endpoint_not_allowed for an endpoint that is not https, be it on this machine: a pin
/// protects nothing else.
expected<connection_settings> read_address(const host_environment& environment);

/// The request for a token, with the certificate pinned. With claims it says which token they
/// refuse, `refused_token_sha256`, when that is not empty. Errors: those of make_key, and
/// errc::identity_not_supported for a user-assigned identity.
expected<http_request> encode(const connection_settings& address, const token_request& request,
                              const std::vector<std::string>& client_capabilities,
                              std::string_view refused_token_sha256);

/// The dialect as a whole; its answers are those of read_simple_response. Fails for an endpoint
/// that cannot be used; for a secret or a thumbprint that cannot, its encode does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::service_fabric
