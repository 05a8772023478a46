#include "simulator/hosts/simulated_service_fabric.hpp"

#include "http/imds_request.hpp"
#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"

#include <array>
#include <utility>

namespace midas::internal::simulator {
namespace {

protocol_traits service_fabric_traits() {
  return {.token_path = http::imds::token_path,
          .fields = "Content-Type: application/json; charset=utf-8\r\nServer: Kestrel\r\n",
          .wrong_path = {404, "NotFound", "This path does not exist."},
          .wrong_method = {405, "MethodNotAllowed", "This method is not allowed."},
          .malformed_parameters = {400, "InvalidQueryString", "The query string is malformed."}};
}

constexpr std::array<identity_selector, 1> fabric_selectors{{
    {"principalId", &simulated_identity::object_id},
}};

bool is_version(const std::string& text) {
  return text == "2019-07-01-preview" || text == "2020-05-01";
}

/// Unlike the other hosts, Service Fabric writes `expires_on` as a number.
void write_fabric_members(json_object& answer, const issued_token& token) {
  answer.text("token_type", "Bearer")
      .number("expires_on", token.expires_on)
      .text("resource", token.resource);
}

}  // namespace

simulated_service_fabric::simulated_service_fabric(simulated_host_options options,
                                                   std::string thumbprint)
    : simulated_protocol(std::move(options), service_fabric_traits()),
      thumbprint_(std::move(thumbprint)) {}

std::optional<host_error> simulated_service_fabric::check_request(
    const request_view& request) const {
  const auto secret = request.only_field("Secret");
  if (!secret || secret->empty()) {
    return host_error{400, "SecretHeaderNotFound", "The header 'secret' is missing."};
  }
  if (*secret != options().secret) {
    return host_error{404, "ManagedIdentityNotFound",
                      "No application of this cluster has this secret."};
  }
  return std::nullopt;
}

void simulated_service_fabric::answer_token_request(const request_view&,
                                                    const http::query_string& query,
                                                    std::int64_t now, response& out) {
  const auto* resource = note_resource(query, out);
  const auto* version = query.find("api-version");
  if (version == nullptr || !is_version(*version)) {
    return write_error(out, 400, "InvalidApiVersion",
                       "The supported versions are 2019-07-01-preview and 2020-05-01.");
  }
  if (resource == nullptr) {
    return write_error(out, 400, "ArgumentNullOrEmpty", "The parameter 'resource' is missing.");
  }
  const auto choice = choose_identity(options(), query, fabric_selectors);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return write_error(out, 404, "ManagedIdentityNotFound",
                       "The application has no such managed identity, or no default one.");
  }
  write_token(*identity, *resource, now, &write_fabric_members, out);
}

void simulated_service_fabric::refuse_resource(const std::string& resource, std::int64_t,
                                               response& out) {
  write_error(out, 400, "invalid_resource", unknown_resource_error(resource));
}

void simulated_service_fabric::write_error(response& out, int status, std::string_view code,
                                           std::string_view text) {
  out.status = status;
  const auto id = issuer().next_id();
  json_object(out.body).nested(
      "error", texts_by_name({{"correlationId", id}, {"code", code}, {"message", text}}));
}

std::vector<environment_variable> simulated_service_fabric::environment(
    const std::string& endpoint) const {
  return {{"IDENTITY_ENDPOINT", endpoint + std::string(token_path())},
          {"IDENTITY_HEADER", options().secret},
          {"IDENTITY_SERVER_THUMBPRINT", thumbprint_}};
}

}  // namespace midas::internal::simulator
