// The protocol of workload identity federation, as AKS sets it up for a pod: a token that the
// cluster signed is exchanged at Microsoft Entra ID for an access token. Microsoft Learn: "Use
// Microsoft Entra Workload ID with Azure Kubernetes Service", "Microsoft identity platform and the
// OAuth 2.0 client credentials flow"; RFC 7523.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::workload_identity {

/// Longer federated tokens are rejected.
constexpr std::size_t max_federated_token_bytes = 65'536;

/// The advice for a missing variable.
inline constexpr std::string_view how_variables_get_set =
    "Label the pod azure.workload.identity/use: \"true\", and AKS sets the variable; or set it "
    "yourself";

/// The federation that the environment describes.
struct connection_settings {
  /// The token endpoint: "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token". With an
  /// identity binding, that path below the URL of the token proxy.
  std::string url{};
  /// The value of Host, if it is not the authority of the URL; empty if it is.
  std::string host{};
  /// The application or user-assigned identity that trusts the cluster.
  std::string client_id{};
  /// Read for each acquisition, since the cluster replaces the token about once an hour.
  std::string federated_token_file{};
  /// AD FS expects the resource itself as the scope.
  bool is_adfs = false;
};

/// Reads AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE and, for other clouds than
/// the public one, AZURE_AUTHORITY_HOST. Fails with errc::invalid_configuration for a variable that
/// is not set, for a tenant with other characters than letters, digits, '.' and '-', and for a
/// malformed client id; as
/// parse_url does for the authority; and with errc::endpoint_not_allowed for an authority without
/// https, unless `allow_insecure`. Each error names the variable.
expected<connection_settings> read_settings(const host_environment& environment,
                                            bool allow_insecure);

/// The request that exchanges `federated_token`. A client id in the request takes precedence over
/// the environment's. Claims are sent. Fails with errc::identity_not_supported for an object or
/// resource id, and as check_claims does.
expected<http_request> encode(const connection_settings& settings, const resolved_request& request,
                              std::string_view federated_token);

/// With host_settings::identity_binding, requests go to the token proxy that the environment
/// describes, if any; see identity_binding.hpp. Fails as read_settings and read_internet_access or
/// identity_binding::read_settings do; its encode also fails as credential_files and
/// identity_binding::make_route do.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::workload_identity
