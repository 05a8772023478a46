// What App Service requires of a request for a token, and its older relatives with other names.
//
// Source: Microsoft Learn, "How to use managed identities for App Service", REST endpoint
// reference. The texts of errors are ours.
#pragma once

#include "http/host_refusal.hpp"
#include "http/query_string.hpp"

#include <optional>
#include <string_view>

namespace midas::internal::http::app_service {

inline constexpr std::string_view token_path = "/msi/token";
inline constexpr std::string_view api_version = "2019-08-01";
/// The header field with the secret.
inline constexpr std::string_view secret_field = "X-IDENTITY-HEADER";

/// Header fields of every response; errors also have X-CORRELATION-ID.
inline constexpr std::string_view response_fields =
    "Content-Type: application/json; charset=utf-8\r\n"
    "Server: Kestrel\r\n";

/// The parameters that name an identity. The last two are names of the same one.
inline constexpr std::string_view client_id_parameter = "client_id";
inline constexpr std::string_view resource_id_parameter = "mi_res_id";
inline constexpr std::string_view object_id_parameter = "object_id";
inline constexpr std::string_view principal_id_parameter = "principal_id";

[[nodiscard]] host_refusal wrong_path();
/// For every method but GET.
[[nodiscard]] host_refusal wrong_method();
/// For a query that cannot be decoded.
[[nodiscard]] host_refusal malformed_query();
/// For a value of that header field that is missing or wrong.
[[nodiscard]] host_refusal wrong_secret(std::string_view field);
/// For an identity that the app does not have, or more than one name of it.
[[nodiscard]] host_refusal wrong_identity();

/// Checks version and resource. Without a refusal there is a `resource` that is not empty.
[[nodiscard]] std::optional<host_refusal> check_parameters(const query_string& query,
                                                           std::string_view version);

}  // namespace midas::internal::http::app_service
