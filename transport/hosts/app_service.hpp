// The dialect of App Service, Azure Functions, Container Apps and Azure Automation. Microsoft
// Learn: "How to use managed identities for App Service and Azure Functions", section "REST
// endpoint reference".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_request.hpp>

#include <string>
#include <string_view>

namespace midas::internal::app_service {

/// What its two versions differ in.
struct api {
  identity_host host;
  std::string_view version;
  // Where the environment tells of the endpoint and of its secret, and the header for that.
  std::string_view endpoint_variable;
  std::string_view secret_variable;
  std::string_view secret_header;
  // The parameters that choose a user-assigned identity.
  std::string_view client_id;
  std::string_view object_id;
  std::string_view resource_id;
};

inline constexpr api api_2019{.host = identity_host::app_service,
                              .version = "2019-08-01",
                              .endpoint_variable = "IDENTITY_ENDPOINT",
                              .secret_variable = "IDENTITY_HEADER",
                              .secret_header = "X-IDENTITY-HEADER",
                              .client_id = "client_id",
                              .object_id = "object_id",
                              .resource_id = "mi_res_id"};

/// As the Linux consumption plan of Azure Functions had it. It documents client ids; for the others
/// it is asked as azure-identity for C++ asks.
inline constexpr api api_2017{.host = identity_host::app_service_2017,
                              .version = "2017-09-01",
                              .endpoint_variable = "MSI_ENDPOINT",
                              .secret_variable = "MSI_SECRET",
                              .secret_header = "secret",
                              .client_id = "clientid",
                              .object_id = "principal_id",
                              .resource_id = "mi_res_id"};

/// Where tokens are to be had, and the secret that shows that it is the application that asks.
struct connection_settings {
  std::string url{};
  sensitive_string secret{};
};

/// Errors: those of endpoint_from_environment and header_from_environment.
expected<connection_settings> read_address(const api& version, const host_environment& environment,
                                           bool allow_insecure);

/// The request for a token. Errors: those of make_key.
expected<http_request> encode(const api& version, const connection_settings& address,
                              const token_request& request);

/// The dialect as a whole; its answers are those of read_simple_response.
expected<host_protocol> make_protocol(const api& version, const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::app_service
