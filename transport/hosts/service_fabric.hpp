// The protocol of Service Fabric, whose endpoint is authenticated by its certificate alone.
// Microsoft Learn: "How to leverage a Service Fabric application's managed identity to access Azure
// services".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::service_fabric {

/// The token endpoint, the secret that authenticates the application, and the certificate that
/// authenticates the cluster.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
  sha1_digest certificate{};
};

/// Reads IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT. Fails as
/// endpoint_from_environment, header_from_environment and parse_thumbprint do, and with
/// errc::endpoint_not_allowed for an endpoint without https, even on this machine: the pinned
/// certificate protects nothing else.
expected<connection_settings> read_settings(const host_environment& environment);

/// The request for a token, with the certificate pinned. If the request has claims, a nonempty
/// `refused_token_sha256` tells the host which token they refuse. Fails with
/// errc::identity_not_supported for a client or resource id.
expected<http_request> encode(const connection_settings& settings, const resolved_request& request,
                              const std::vector<std::string>& client_capabilities,
                              std::string_view refused_token_sha256);

/// Fails if the endpoint cannot be used. If the secret or the thumbprint cannot be used, encode
/// fails.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::service_fabric
