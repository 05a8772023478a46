#include "simulator/hosts/simulated_arc.hpp"

#include "http/imds_request.hpp"
#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 3> arc_selectors{{
    {"client_id", &simulated_identity::client_id},
    {"object_id", &simulated_identity::object_id},
    {"msi_res_id", &simulated_identity::resource_id},
}};

/// The versions that Azure's libraries and the documentation name.
constexpr std::array<std::string_view, 3> arc_api_versions{"2019-08-15", "2019-11-01",
                                                           "2020-06-01"};

void write_members_by_object_id(json_object& answer, const issued_token& token) {
  write_imds_members(answer, token);
  answer.text("object_id", token.identity.object_id);
}

void write_members_by_resource_id(json_object& answer, const issued_token& token) {
  write_imds_members(answer, token);
  answer.text("msi_res_id", token.identity.resource_id);
}

/// IMDS's answer always has the client id, so only the other two ids need a form of their own.
token_form form_for(const http::query_string& query) {
  if (query.find("object_id") != nullptr) {
    return &write_members_by_object_id;
  }
  return query.find("msi_res_id") != nullptr ? &write_members_by_resource_id : &write_imds_members;
}

std::string_view arc_description_of(identity_refusal refusal) {
  switch (refusal) {
    case identity_refusal::ambiguous:
      return "This server has several identities; the request must name one of them";
    case identity_refusal::contradictory:
      return "A request may name only one identity";
    case identity_refusal::not_found:
      break;
  }
  return "This server has no such identity";
}

/// The key in `Authorization: Basic KEY`. Empty for another scheme.
std::string_view key_of(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  return http::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)
             ? authorization.substr(scheme.size())
             : std::string_view{};
}

protocol_traits arc_traits() {
  return {.token_path = http::imds::token_path,
          .fields = "Content-Type: application/json\r\n",
          .wrong_path = {404, "not_found", "This path does not exist"},
          .wrong_method = {405, "method_not_allowed", "This method is not allowed"},
          .malformed_parameters = {400, "invalid_request", "The query string is malformed"}};
}

}  // namespace

simulated_arc::simulated_arc(simulated_host_options options)
    : simulated_protocol(std::move(options), arc_traits()),
      keys_(simulated_protocol::options().arc_key_directory) {}

std::optional<host_error> simulated_arc::check_request(const request_view& request) const {
  if (!http::imds::has_metadata_field(request)) {
    return host_error{400, "invalid_request", "The header 'Metadata: true' is missing"};
  }
  return std::nullopt;
}

void simulated_arc::answer_token_request(const request_view& request,
                                         const http::query_string& query, std::int64_t now,
                                         response& out) {
  const auto* resource = note_resource(query, out);
  const auto* version = query.find("api-version");
  if (version == nullptr || std::find(arc_api_versions.begin(), arc_api_versions.end(), *version) ==
                                arc_api_versions.end()) {
    return write_error(out, 400, "invalid_request",
                       "The supported versions are 2019-08-15, 2019-11-01 and 2020-06-01");
  }
  if (resource == nullptr) {
    return write_error(out, 400, "invalid_request", "The parameter 'resource' is missing");
  }
  const auto choice = choose_identity(options(), query, arc_selectors);
  if (const auto* const refusal = std::get_if<identity_refusal>(&choice)) {
    const bool is_unknown = *refusal == identity_refusal::not_found;
    return write_error(out, is_unknown ? 404 : 400,
                       is_unknown ? "identity_not_found" : "invalid_request",
                       arc_description_of(*refusal));
  }
  const auto authorization = request.field("Authorization");
  if (!authorization || !keys_.redeem(key_of(*authorization))) {
    return challenge(out);
  }
  write_token(std::get<simulated_identity>(choice), *resource, now, form_for(query), out);
}

void simulated_arc::challenge(response& out) {
  out.add_field("Www-Authenticate", "Basic realm=" + keys_.challenge());
  write_error(out, 401, "unauthorized_client",
              "Repeat the request with the content of the file that the challenge names");
}

void simulated_arc::write_error(response& out, int status, std::string_view code,
                                std::string_view text) {
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_arc::environment(const std::string& endpoint) const {
  return {{"IDENTITY_ENDPOINT", endpoint + std::string(token_path())}, {"IMDS_ENDPOINT", endpoint}};
}

}  // namespace midas::internal::simulator
