#include "transport/hosts/cloud_shell.hpp"

#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/simple_protocol.hpp"
#include "transport/responses/token_response.hpp"

#include <utility>

namespace midas::internal::cloud_shell {

namespace {

std::string_view advise(const error& problem) {
  const bool refuses_posts =
      problem.http_status == 404 || problem.http_status == 405 || problem.http_status == 501;
  return refuses_posts
             ? "The endpoint in MSI_ENDPOINT does not accept the POST of Cloud Shell, so this is "
               "another kind of host: set MSI_SECRET (Machine Learning), or IDENTITY_ENDPOINT and "
               "IDENTITY_HEADER (App Service, Container Apps), as the host does"
             : "";
}

}  // namespace

bool may_pass(const error& failure) {
  return failure.code == errc::invalid_response && failure.service_code == other_resource_code;
}

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
  return simple_protocol(
      identity_host::cloud_shell, *url,
      [url = *url](const resolved_request& request, std::string_view) {
        return cloud_shell::encode(url, request);
      },
      advise);
}

}  // namespace midas::internal::cloud_shell
