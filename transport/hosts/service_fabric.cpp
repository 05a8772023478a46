#include "transport/hosts/service_fabric.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/certificate_pin.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/identity_parameters.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <utility>

namespace midas::internal::service_fabric {

namespace {

constexpr std::string_view endpoint_variable = "IDENTITY_ENDPOINT";
// The documentation also names 2020-05-01, but it is unknown whether that version accepts
// capabilities and token hashes.
constexpr std::string_view api_version = "2019-07-01-preview";

// MSAL .NET's parameter since 4.85; Azure documents none. Ids of other kinds are rejected: a host
// that ignored them would return the token of another identity.
constexpr identity_parameters parameters{
    .client_id = {}, .object_id = "principalId", .resource_id = {}};

expected<std::string> read_url(const host_environment& environment) {
  // Plain http is rejected below, whatever the address.
  auto url = endpoint_from_environment(environment, endpoint_variable, true);
  if (url && parse_url(*url)->scheme != "https") {
    return fail(errc::endpoint_not_allowed,
                concat({endpoint_variable,
                        " must be an https URL: Service Fabric's endpoint is authenticated by its "
                        "certificate, and receives a secret"}),
                "Set it as Service Fabric does, e.g. to "
                "https://localhost:2377/metadata/identity/oauth2/token");
  }
  return url;
}

std::string joined(const std::vector<std::string>& capabilities) {
  std::string result;
  for (const auto& each : capabilities) {
    result.append(result.empty() ? "" : ",").append(each);
  }
  return result;
}

expected<void> check_identity(const resolved_request& request) {
  const auto kind = request.identity.kind();
  if (kind != identity_kind::system_assigned && parameters.name_of(kind).empty()) {
    return refuse_identity(to_string(identity_host::service_fabric), kind,
                           "it accepts object ids only",
                           "Use the object id of an identity in the application's manifest, or "
                           "request the token without an identity");
  }
  return {};
}

}  // namespace

expected<connection_settings> read_settings(const host_environment& environment) {
  constexpr std::string_view thumbprint_variable = "IDENTITY_SERVER_THUMBPRINT";
  auto url = read_url(environment);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto secret = header_from_environment(environment, "IDENTITY_HEADER");
  if (!secret) {
    return unexpected{std::move(secret.error())};
  }
  const auto certificate =
      parse_thumbprint(thumbprint_variable, environment.variable(thumbprint_variable));
  if (!certificate) {
    return unexpected{certificate.error()};
  }
  return connection_settings{*std::move(url), *std::move(secret), *certificate};
}

expected<http_request> encode(const connection_settings& settings, const resolved_request& request,
                              const std::vector<std::string>& client_capabilities,
                              std::string_view refused_token_sha256) {
  if (auto checked = check_identity(request); !checked) {
    return unexpected{std::move(checked.error())};
  }
  http_request result;
  result.url.append(settings.url).append("?api-version=").append(api_version);
  result.url += "&resource=" + percent_encode(request.resource);
  append_identity(result.url, parameters, request.identity);
  if (!client_capabilities.empty()) {
    result.url += "&xms_cc=" + percent_encode(joined(client_capabilities));
  }
  if (!request.claims.empty() && !refused_token_sha256.empty()) {
    result.url.append("&token_sha256_to_refresh=").append(refused_token_sha256);
  }
  result.headers = {{"Secret", settings.secret}, public_header("Accept", "application/json")};
  result.pinned_certificate = settings.certificate;
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = read_url(environment);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  // An unsupported identity is reported before a secret or a thumbprint that cannot be used.
  return simple_protocol(
      identity_host::service_fabric, *std::move(url),
      [connection = read_settings(environment), capabilities = settings.client_capabilities](
          const resolved_request& request,
          std::string_view refused_token_sha256) -> expected<http_request> {
        if (auto checked = check_identity(request); !checked) {
          return unexpected{std::move(checked.error())};
        }
        if (!connection) {
          return unexpected{connection.error()};
        }
        return service_fabric::encode(*connection, request, capabilities, refused_token_sha256);
      });
}

}  // namespace midas::internal::service_fabric
