#include "transport/hosts/machine_learning.hpp"

#include "messages/concat.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <optional>
#include <utility>

namespace midas::internal::machine_learning {

namespace {

constexpr std::string_view id_variable = "DEFAULT_IDENTITY_CLIENT_ID";

std::string_view advise(const error& problem) {
  if (!problem.advice.empty() || (problem.http_status != 400 && problem.http_status != 404)) {
    return {};
  }
  return problem.http_status == 404
             ? "Check DEFAULT_IDENTITY_CLIENT_ID, or the client id of the request: it must be the "
               "client id (not the object id) of an identity that the compute has; and check the "
               "path in MSI_ENDPOINT"
             : "Check DEFAULT_IDENTITY_CLIENT_ID, or the client id of the request: it must be the "
               "client id (not the object id) of an identity that the compute has";
}

std::optional<environment_identity> default_identity_of(const connection_settings& settings) {
  if (settings.default_client_id.empty()) {
    return std::nullopt;
  }
  return environment_identity{managed_identity::client_id(settings.default_client_id), id_variable};
}

}  // namespace

expected<connection_settings> read_settings(const host_environment& environment,
                                            bool allow_insecure) {
  auto url = endpoint_from_environment(environment, "MSI_ENDPOINT", allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto secret = header_from_environment(environment, "MSI_SECRET");
  if (!secret) {
    return unexpected{std::move(secret.error())};
  }
  const auto client_id = environment.variable(id_variable);
  if (auto valid = check_client_id(id_variable, client_id); !valid && !client_id.empty()) {
    return unexpected{std::move(valid.error())};
  }
  return connection_settings{*std::move(url), *std::move(secret), std::string{client_id}};
}

expected<http_request> encode(const connection_settings& settings,
                              const resolved_request& request) {
  const auto kind = request.identity.kind();
  if (kind != identity_kind::system_assigned && kind != identity_kind::client_id) {
    return refuse_identity(to_string(identity_host::machine_learning), kind,
                           "it accepts client ids only", "Use the client id of the identity");
  }
  http_request result;
  result.url =
      concat({settings.url, "?api-version=2017-09-01&resource=", percent_encode(request.resource)});
  const auto& client_id =
      kind == identity_kind::client_id ? request.identity.id() : settings.default_client_id;
  if (!client_id.empty()) {
    result.url += "&clientid=" + percent_encode(client_id);
  }
  result.ipv4_only = names_localhost(settings.url);
  result.headers = {{"secret", settings.secret}, public_header("Metadata", "true")};
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto connection = read_settings(environment, settings.allow_insecure);
  if (!connection) {
    return unexpected{std::move(connection.error())};
  }
  return simple_protocol(
      identity_host::machine_learning, connection->url,
      [connection = *connection](const resolved_request& request, std::string_view) {
        return machine_learning::encode(connection, request);
      },
      advise, default_identity_of(*connection));
}

}  // namespace midas::internal::machine_learning
