// The dialect of workload identity federation, as AKS sets it up for a pod: a token that the
// cluster signed is exchanged at Microsoft Entra ID for one of Entra's. Microsoft Learn: "Use
// Microsoft Entra Workload ID with Azure Kubernetes Service", "Microsoft identity platform and the
// OAuth 2.0 client credentials flow"; RFC 7523.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::workload_identity {

/// A larger federated token is none.
constexpr std::size_t max_federated_token_bytes = 65'536;

/// What the environment says of the federation.
struct federation {
  /// Where tokens are exchanged: "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token".
  std::string token_url{};
  /// The application or user-assigned identity that trusts the cluster.
  std::string client_id{};
  /// Read anew for each acquisition: the cluster replaces it about once an hour.
  std::string federated_token_file{};
  /// AD FS, which wants the resource itself for a scope.
  bool is_adfs = false;
};

/// Reads AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE and, unless it is Azure's
/// public cloud, AZURE_AUTHORITY_HOST. Fails with errc::invalid_configuration for a variable that
/// is not set, and for a tenant in which there is anything but letters, digits, '.' and '-'; as
/// parse_url does for an authority that is no URL; with errc::endpoint_not_allowed for one that is
/// not https, unless `allow_insecure`. Each error names the variable.
expected<federation> read_federation(const host_environment& environment, bool allow_insecure);

/// The request that exchanges `federated_token` for a token. A client id of the request's own
/// takes the place of the environment's. The claims, if any, go with it. Fails as make_key does,
/// and with errc::identity_not_supported for an identity that is named by anything but its client
/// id.
expected<http_request> encode(const federation& setup, const token_request& request,
                              std::string_view federated_token);

/// Reads the answer received at `now`, of whatever status. See read_token_response and
/// read_service_error.
expected<token_grant> decode(const token_request& request, http_response response,
                             std::chrono::sys_seconds now);

/// All of it. Fails as read_federation does; its encode also as credential_files does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::workload_identity
