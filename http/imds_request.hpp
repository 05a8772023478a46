// What IMDS requires of a request for a token, version 2018-02-01 and later.
//
// Sources: Microsoft Learn, "How to use managed identities to acquire an access token" and "Azure
// Instance Metadata Service"; header fields and error texts were taken from live machines. Where
// the service's own wording is not published, the status and the error code are the documented ones
// and the description is ours.
#pragma once

#include "http/host_refusal.hpp"
#include "http/query_string.hpp"
#include "http/request_view.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace midas::internal::http::imds {

inline constexpr std::string_view token_path = "/metadata/identity/oauth2/token";
/// Paths of version 2 of the identity API.
inline constexpr std::string_view platform_path = "/metadata/identity/getplatformmetadata";
inline constexpr std::string_view credential_path = "/metadata/identity/issuecredential";

/// Header fields of every response besides x-ms-request-id.
inline constexpr std::string_view response_fields =
    "Content-Type: application/json; charset=utf-8\r\n"
    "Server: IMDS/150.870.65.1854\r\n";

/// The parameters that name an identity.
inline constexpr std::string_view client_id_parameter = "client_id";
inline constexpr std::string_view object_id_parameter = "object_id";
inline constexpr std::string_view resource_id_parameter = "msi_res_id";
/// The same as resource_id_parameter: IMDS documents only that one, and accepts this one, which
/// older SDKs send (https://github.com/Azure/azure-sdk-for-go/pull/22650).
inline constexpr std::string_view old_resource_id_parameter = "mi_res_id";

/// The text of the error about an identity that the machine does not have.
inline constexpr std::string_view unknown_identity = "Identity not found";

/// The versions that an error about the version lists, newest first.
[[nodiscard]] std::array<std::string_view, 3> newest_versions() noexcept;

/// Whether requests to this path are token requests: the token path, with or without a slash.
[[nodiscard]] bool is_token_path(std::string_view path) noexcept;

/// Whether the request has "Metadata: true", once, which keeps browsers and forwarded requests out.
[[nodiscard]] bool has_metadata_field(const request_view& request) noexcept;

[[nodiscard]] host_refusal wrong_path();
/// For every method but GET.
[[nodiscard]] host_refusal wrong_method();
/// For a query that cannot be decoded.
[[nodiscard]] host_refusal malformed_query();

/// Checks the header fields of a token request.
[[nodiscard]] std::optional<host_refusal> check_fields(const request_view& request);

/// Checks the parameters of a token request. Without a refusal there is a `resource` that is not
/// empty, and at most one parameter that names an identity.
[[nodiscard]] std::optional<host_refusal> check_parameters(const query_string& query);

}  // namespace midas::internal::http::imds
