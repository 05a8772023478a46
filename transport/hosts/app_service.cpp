#include "transport/hosts/app_service.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <string>
#include <utility>

namespace midas::internal::app_service {

namespace {

std::string_view advise_2017(const error& problem) {
  const bool is_secret = problem.http_status == 401 || problem.http_status == 403;
  return is_secret && problem.advice.empty()
             ? "Check MSI_SECRET: the platform changes it when the app restarts, and each app has "
               "its own"
             : "";
}

std::string_view advise_2019(const error& problem) {
  const auto code = ascii::lower(concat({problem.service_code, " ", problem.service_description}));
  if (code.find("unsupportedapiversion") != std::string::npos ||
      code.find("not support the api version") != std::string::npos) {
    return "Choose the host app-service-2017 (--host app-service-2017), whose version of the API "
           "this platform supports; it uses MSI_ENDPOINT and MSI_SECRET";
  }
  const bool is_secret = problem.http_status == 401 || problem.http_status == 403;
  return is_secret && problem.advice.empty()
             ? "Check IDENTITY_HEADER: the platform changes it when the app restarts, and each app "
               "has its own"
             : "";
}

}  // namespace

expected<connection_settings> read_settings(const api& version, const host_environment& environment,
                                            bool allow_insecure) {
  auto url = endpoint_from_environment(environment, version.endpoint_variable, allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto secret = header_from_environment(environment, version.secret_variable);
  if (!secret) {
    return unexpected{std::move(secret.error())};
  }
  return connection_settings{*std::move(url), *std::move(secret)};
}

http_request encode(const api& version, const connection_settings& settings,
                    const resolved_request& request) {
  http_request result;
  result.url.append(settings.url).append("?api-version=").append(version.version);
  result.url += "&resource=" + percent_encode(request.resource);
  append_identity(result.url, version.parameters, request.identity);
  result.ipv4_only = names_localhost(settings.url);
  // Azure Automation, which has the same protocol, requires the second header, too.
  result.headers = {{std::string{version.secret_header}, settings.secret},
                    public_header("Metadata", "true")};
  return result;
}

expected<host_protocol> make_protocol(const api& version, const host_environment& environment,
                                      const host_settings& settings) {
  auto connection = read_settings(version, environment, settings.allow_insecure);
  if (!connection) {
    return unexpected{std::move(connection.error())};
  }
  return simple_protocol(
      version.host, connection->url,
      [version, connection = *connection](const resolved_request& request, std::string_view) {
        return app_service::encode(version, connection, request);
      },
      version.host == identity_host::app_service ? advise_2019 : advise_2017);
}

}  // namespace midas::internal::app_service
