#include "http/imds_request.hpp"

#include <algorithm>
#include <string>

namespace midas::internal::http::imds {
namespace {

/// Microsoft Learn, "Azure Instance Metadata Service": the supported versions, newest first, back
/// to the first one that has the identity category.
constexpr std::array<std::string_view, 25> api_versions{
    "2023-11-15", "2023-07-01", "2021-12-13", "2021-11-15", "2021-11-01",
    "2021-10-01", "2021-05-01", "2021-03-01", "2021-02-01", "2021-01-01",
    "2020-12-01", "2020-10-01", "2020-09-01", "2020-07-15", "2020-06-01",
    "2019-11-01", "2019-08-15", "2019-08-01", "2019-06-04", "2019-06-01",
    "2019-04-30", "2019-03-11", "2018-10-01", "2018-04-02", "2018-02-01"};

host_refusal invalid_request(std::string text, std::string_view reason) {
  return {.status = 400, .code = "invalid_request", .text = std::move(text), .reason = reason};
}

host_refusal wrong_version(std::string_view complaint, std::string_view reason) {
  return {.status = 400,
          .text = std::string("Bad request. api-version ")
                      .append(complaint)
                      .append(". For more information refer to aka.ms/azureimds"),
          .reason = reason,
          .lists_versions = true};
}

std::optional<host_refusal> check_version(const query_string& query) {
  const auto* version = query.find("api-version");
  if (version == nullptr || version->empty()) {
    return wrong_version("was not specified in the request", "api_version_missing");
  }
  if (std::find(api_versions.begin(), api_versions.end(), *version) == api_versions.end()) {
    return wrong_version("is invalid or not supported", "api_version_wrong");
  }
  return std::nullopt;
}

}  // namespace

std::array<std::string_view, 3> newest_versions() noexcept {
  return {api_versions[0], api_versions[1], api_versions[2]};
}

bool is_token_path(std::string_view path) noexcept {
  // MSAL for Node appends a slash to the path that it derives from
  // AZURE_POD_IDENTITY_AUTHORITY_HOST, which AKS pod identity accepted.
  return path.starts_with(token_path) &&
         (path.size() == token_path.size() || path.substr(token_path.size()) == "/");
}

bool has_metadata_field(const request_view& request) noexcept {
  const auto metadata = request.only_field("Metadata");
  return metadata && equal_ignoring_case(*metadata, "true");
}

host_refusal wrong_path() { return {.status = 404, .text = "Not found", .reason = "path_unknown"}; }

host_refusal wrong_method() {
  return {.status = 405, .text = "Method not allowed", .reason = "method_not_allowed"};
}

host_refusal malformed_query() {
  return invalid_request("The query string is malformed", "query_malformed");
}

std::optional<host_refusal> check_fields(const request_view& request) {
  if (request.field("X-Forwarded-For")) {
    return invalid_request("Requests that carry an X-Forwarded-For header are refused",
                           "request_forwarded");
  }
  if (!has_metadata_field(request)) {
    return invalid_request("Required metadata header not specified", "metadata_header_missing");
  }
  return std::nullopt;
}

std::optional<host_refusal> check_parameters(const query_string& query) {
  if (const auto* name = query.repeated()) {
    return invalid_request("Query variable '" + *name + "' is specified more than once",
                           "parameter_repeated");
  }
  if (auto refused = check_version(query)) {
    return refused;
  }
  const auto* resource = query.find("resource");
  if (resource == nullptr || resource->empty()) {
    return invalid_request("Required query variable 'resource' is missing", "resource_missing");
  }
  constexpr std::array selectors{client_id_parameter, object_id_parameter, resource_id_parameter,
                                 old_resource_id_parameter};
  if (std::count_if(selectors.begin(), selectors.end(),
                    [&](std::string_view name) { return query.find(name) != nullptr; }) > 1) {
    return invalid_request(
        "Only one of the query variables client_id, object_id and msi_res_id may be specified",
        "identity_ambiguous");
  }
  return std::nullopt;
}

}  // namespace midas::internal::http::imds
