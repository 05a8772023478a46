#include "simulator/hosts/simulated_imds.hpp"

#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 3> imds_selectors{{
    {"client_id", &simulated_identity::client_id},
    {"object_id", &simulated_identity::object_id},
    {"msi_res_id", &simulated_identity::resource_id},
}};

std::string_view imds_description_of(identity_refusal refusal) {
  switch (refusal) {
    case identity_refusal::ambiguous:
      return "Multiple user assigned identities exist, please specify the clientId / resourceId of "
             "the identity in the token request";
    case identity_refusal::contradictory:
      return "Only one of the query variables client_id, object_id and msi_res_id may be specified";
    case identity_refusal::not_found:
      break;
  }
  return "Identity not found";
}

/// Microsoft Learn, "Azure Instance Metadata Service": the supported versions, newest first, back
/// to the first one that has the identity category.
constexpr std::array<std::string_view, 25> imds_api_versions{
    "2023-11-15", "2023-07-01", "2021-12-13", "2021-11-15", "2021-11-01",
    "2021-10-01", "2021-05-01", "2021-03-01", "2021-02-01", "2021-01-01",
    "2020-12-01", "2020-10-01", "2020-09-01", "2020-07-15", "2020-06-01",
    "2019-11-01", "2019-08-15", "2019-08-01", "2019-06-04", "2019-06-01",
    "2019-04-30", "2019-03-11", "2018-10-01", "2018-04-02", "2018-02-01"};

void write_version_error(response& out, std::string_view complaint) {
  out.status = 400;
  json_object(out.body)
      .text("error", std::string("Bad request. api-version ")
                         .append(complaint)
                         .append(". For more information refer to aka.ms/azureimds"))
      .texts("newest-versions",
             std::array{imds_api_versions[0], imds_api_versions[1], imds_api_versions[2]});
}

/// Errors without a code are those of the metadata service around the identity endpoint.
protocol_traits imds_traits() {
  return {.token_path = imds_token_path,
          .fields =
              "Content-Type: application/json; charset=utf-8\r\n"
              "Server: IMDS/150.870.65.1854\r\n",
          .has_request_id = true,
          .wrong_path = {404, "", "Not found"},
          .wrong_method = {405, "", "Method not allowed"},
          .malformed_parameters = {400, "invalid_request", "The query string is malformed"}};
}

}  // namespace

simulated_imds::simulated_imds(simulated_host_options options)
    : simulated_protocol(std::move(options), imds_traits()) {}

bool simulated_imds::is_token_path(std::string_view path) const noexcept {
  // MSAL for Node appends a slash to the path that it derives from
  // AZURE_POD_IDENTITY_AUTHORITY_HOST, which AKS pod identity accepted.
  return path == imds_token_path ||
         (path.starts_with(imds_token_path) && path.substr(imds_token_path.size()) == "/");
}

void simulated_imds::answer_other_path(const request_view& request, std::int64_t now,
                                       response& out) {
  const bool is_probe = request.path() == imds_platform_path && !has_metadata_field(request);
  if (options().knows_imds_v2 && is_probe) {
    return write_error(out, 400, "invalid_request", "Required metadata header not specified");
  }
  simulated_protocol::answer_other_path(request, now, out);
}

std::optional<host_error> simulated_imds::check_request(const request_view& request) const {
  if (request.field("X-Forwarded-For")) {
    return host_error{400, "invalid_request",
                      "Requests that carry an X-Forwarded-For header are refused"};
  }
  if (!has_metadata_field(request)) {
    return host_error{400, "invalid_request", "Required metadata header not specified"};
  }
  return std::nullopt;
}

void simulated_imds::answer_token_request(const request_view&, const http::query_string& query,
                                          std::int64_t now, response& out) {
  if (const auto* name = query.repeated()) {
    return write_error(out, 400, "invalid_request",
                       "Query variable '" + *name + "' is specified more than once");
  }
  const auto* resource = note_resource(query, out);
  const auto* version = query.find("api-version");
  if (version == nullptr || version->empty()) {
    return write_version_error(out, "was not specified in the request");
  }
  if (std::find(imds_api_versions.begin(), imds_api_versions.end(), *version) ==
      imds_api_versions.end()) {
    return write_version_error(out, "is invalid or not supported");
  }
  if (resource == nullptr) {
    return write_error(out, 400, "invalid_request",
                       "Required query variable 'resource' is missing");
  }
  const auto choice = choose_identity(options(), query, imds_selectors);
  if (const auto* refusal = std::get_if<identity_refusal>(&choice)) {
    return write_error(out, 400, "invalid_request", imds_description_of(*refusal));
  }
  write_token(std::get<simulated_identity>(choice), *resource, now, &write_imds_members, out);
}

void simulated_imds::write_error(response& out, int status, std::string_view code,
                                 std::string_view text) {
  if (code.empty()) {
    out.status = status;
    json_object(out.body).text("error", text);
    return;
  }
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_imds::environment(const std::string& endpoint) const {
  return {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoint}};
}

}  // namespace midas::internal::simulator
