#include "transport/hosts/cloud_shell.hpp"

#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <utility>

namespace midas::internal::cloud_shell {

expected<http_request> encode(const std::string& url, const resolved_request& request) {
  if (const auto kind = request.identity.kind(); kind != identity_kind::system_assigned) {
    return refuse_identity(to_string(identity_host::cloud_shell), kind,
                           "its tokens are for the signed-in user",
                           "Request the token without an identity");
  }
  http_request result;
  result.method = "POST";
  result.url = url;
  result.ipv4_only = names_localhost(url);
  result.headers = {public_header("Metadata", "true"),
                    public_header("Content-Type", "application/x-www-form-urlencoded")};
  result.body.append("resource=").append(percent_encode(request.resource));
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = endpoint_from_environment(environment, "MSI_ENDPOINT", settings.allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  return simple_protocol(identity_host::cloud_shell, *url,
                         [url = *url](const resolved_request& request, std::string_view) {
                           return cloud_shell::encode(url, request);
                         });
}

}  // namespace midas::internal::cloud_shell
