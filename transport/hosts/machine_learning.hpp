// The protocol of Azure Machine Learning compute: that of App Service 2017, with an identity
// that the workspace selects. It follows what MSAL for Python, .NET and Go send.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>

namespace midas::internal::machine_learning {

/// The token endpoint, and the secret that authenticates the job to it.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
  /// The client id to send for the system-assigned identity; empty to send none.
  std::string default_client_id{};
};

/// Reads MSI_ENDPOINT, MSI_SECRET and DEFAULT_IDENTITY_CLIENT_ID. Fails as
/// endpoint_from_environment, header_from_environment and check_client_id do.
expected<connection_settings> read_settings(const host_environment& environment,
                                            bool allow_insecure);

/// The request for a token. Fails with errc::identity_not_supported for an object or resource id.
expected<http_request> encode(const connection_settings& settings, const resolved_request& request);

/// Fails as read_settings does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::machine_learning
