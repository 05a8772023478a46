// The protocol of App Service, Azure Functions, Container Apps and Azure Automation. Microsoft
// Learn: "How to use managed identities for App Service and Azure Functions", section "REST
// endpoint reference".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include "transport/hosts/identity_parameters.hpp"
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <string>
#include <string_view>

namespace midas::internal::app_service {

/// The differences between the two versions of the protocol.
struct api {
  identity_host host;
  std::string_view version;
  // The environment variables with the endpoint and its secret, and the header for the secret.
  std::string_view endpoint_variable;
  std::string_view secret_variable;
  std::string_view secret_header;
  identity_parameters parameters;
};

inline constexpr api api_2019{
    .host = identity_host::app_service,
    .version = "2019-08-01",
    .endpoint_variable = "IDENTITY_ENDPOINT",
    .secret_variable = "IDENTITY_HEADER",
    .secret_header = "X-IDENTITY-HEADER",
    .parameters = {.client_id = "client_id", .object_id = "object_id", .resource_id = "mi_res_id"}};

/// The version of the Linux Consumption plan of Azure Functions. Its documentation covers client
/// ids only; the names of the other two parameters are those that azure-identity for C++ sends.
inline constexpr api api_2017{
    .host = identity_host::app_service_2017,
    .version = "2017-09-01",
    .endpoint_variable = "MSI_ENDPOINT",
    .secret_variable = "MSI_SECRET",
    .secret_header = "secret",
    .parameters = {
        .client_id = "clientid", .object_id = "principal_id", .resource_id = "mi_res_id"}};

/// The token endpoint, and the secret that authenticates the application to it.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
};

/// Fails as endpoint_from_environment and header_from_environment do.
expected<connection_settings> read_settings(const api& version, const host_environment& environment,
                                            bool allow_insecure);

/// The request for a token.
http_request encode(const api& version, const connection_settings& settings,
                    const resolved_request& request);

/// Fails as read_settings does.
expected<host_protocol> make_protocol(const api& version, const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::app_service
