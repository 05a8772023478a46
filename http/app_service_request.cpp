#include "http/app_service_request.hpp"

#include <string>

namespace midas::internal::http::app_service {

host_refusal wrong_path() {
  return {404, "not_found", "This path does not exist.", "path_unknown"};
}

host_refusal wrong_method() {
  return {405, "method_not_allowed", "This method is not allowed.", "method_not_allowed"};
}

host_refusal malformed_query() {
  return {400, "invalid_request", "The query string is malformed.", "query_malformed"};
}

host_refusal wrong_secret(std::string_view field) {
  return {401, "unauthorized",
          std::string("The value of the header ").append(field).append(" is missing or wrong."),
          "identity_header_wrong"};
}

host_refusal wrong_identity() {
  return {400, "identity_not_found", "Unable to load the proper Managed Identity.",
          "identity_ambiguous"};
}

std::optional<host_refusal> check_parameters(const query_string& query, std::string_view version) {
  const auto* given = query.find("api-version");
  if (given == nullptr || *given != version) {
    return host_refusal{400, "unsupported_api_version",
                        std::string("The supported api-version is ").append(version).append("."),
                        "api_version_wrong"};
  }
  const auto* resource = query.find("resource");
  if (resource == nullptr || resource->empty()) {
    return host_refusal{400, "invalid_request", "The parameter 'resource' is missing.",
                        "resource_missing"};
  }
  return std::nullopt;
}

}  // namespace midas::internal::http::app_service
