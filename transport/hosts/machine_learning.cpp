#include "transport/hosts/machine_learning.hpp"

#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/responses/simple_response.hpp"

#include <utility>

namespace midas::internal::machine_learning {

expected<connection_settings> read_address(const host_environment& environment,
                                           bool allow_insecure) {
  auto url = endpoint_from_environment(environment, "MSI_ENDPOINT", allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto secret = header_from_environment(environment, "MSI_SECRET");
  if (!secret) {
    return unexpected{std::move(secret.error())};
  }
  return connection_settings{*std::move(url), *std::move(secret),
                             std::string{environment.variable("DEFAULT_IDENTITY_CLIENT_ID")}};
}

expected<http_request> encode(const connection_settings& address, const token_request& request) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  const auto kind = request.identity.kind();
  if (kind != identity_kind::system_assigned && kind != identity_kind::client_id) {
    return refuse_identity(to_string(identity_host::machine_learning), kind,
                           "it knows identities by client ID only",
                           "Name the identity by its client id");
  }
  http_request result;
  result.url = address.url + "?api-version=2017-09-01&resource=" + percent_encode(key->resource);
  const auto& client_id =
      kind == identity_kind::client_id ? request.identity.id() : address.default_client_id;
  if (!client_id.empty()) {
    result.url += "&clientid=" + percent_encode(client_id);
  }
  result.headers = {{"secret", address.secret}, {"Metadata", "true"}};
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto address = read_address(environment, settings.allow_insecure);
  if (!address) {
    return unexpected{std::move(address.error())};
  }
  host_protocol result;
  result.host = identity_host::machine_learning;
  result.source = to_string(result.host);
  result.address = address->url;
  result.encode = [address = *address](const token_request& request, std::string_view) {
    return machine_learning::encode(address, request);
  };
  result.decode = [](const token_request& request, http_response response,
                     std::chrono::sys_seconds now, unsigned) {
    return as_decode_result(read_simple_response(to_string(identity_host::machine_learning),
                                                 request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::machine_learning
