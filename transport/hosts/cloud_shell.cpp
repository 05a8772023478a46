#include "transport/hosts/cloud_shell.hpp"

#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/responses/simple_response.hpp"

#include <utility>

namespace midas::internal::cloud_shell {

expected<http_request> encode(const std::string& url, const token_request& request) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  if (const auto kind = request.identity.kind(); kind != identity_kind::system_assigned) {
    return refuse_identity(to_string(identity_host::cloud_shell), kind,
                           "it has no user-assigned managed identities, and gives the tokens of "
                           "whoever is signed in",
                           "Ask without an identity");
  }
  http_request result;
  result.method = "POST";
  result.url = url;
  result.headers = {{"Metadata", "true"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  result.body.append("resource=").append(percent_encode(key->resource));
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = endpoint_from_environment(environment, "MSI_ENDPOINT", settings.allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  host_protocol result;
  result.host = identity_host::cloud_shell;
  result.source = to_string(result.host);
  result.address = *url;
  result.encode = [url = *url](const token_request& request, std::string_view) {
    return cloud_shell::encode(url, request);
  };
  result.decode = [](const token_request& request, http_response response,
                     std::chrono::sys_seconds now, unsigned) {
    return as_decode_result(read_simple_response(to_string(identity_host::cloud_shell), request,
                                                 std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::cloud_shell
