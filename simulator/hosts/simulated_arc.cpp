#include "simulator/hosts/simulated_arc.hpp"

#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/http/query_string.hpp"
#include "simulator/tokens/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 3> selectors{{
    {"client_id", &simulated_identity::client_id},
    {"object_id", &simulated_identity::object_id},
    {"msi_res_id", &simulated_identity::resource_id},
}};

/// Those that Azure's libraries and the documentation name.
constexpr std::array<std::string_view, 3> api_versions{"2019-08-15", "2019-11-01", "2020-06-01"};

void write_members_by_object_id(json_object& answer, const issued_token& token) {
  write_imds_members(answer, token);
  answer.text("object_id", token.identity.object_id);
}

void write_members_by_resource_id(json_object& answer, const issued_token& token) {
  write_imds_members(answer, token);
  answer.text("msi_res_id", token.identity.resource_id);
}

/// The client id is confirmed always, as IMDS tells it always.
token_form form_for(const query_string& query) {
  if (query.find("object_id") != nullptr) {
    return &write_members_by_object_id;
  }
  return query.find("msi_res_id") != nullptr ? &write_members_by_resource_id : &write_imds_members;
}

std::string_view description_of(identity_refusal refusal) {
  switch (refusal) {
    case identity_refusal::ambiguous:
      return "This server has several identities, and the request names none of them";
    case identity_refusal::contradictory:
      return "A request may name one identity only";
    case identity_refusal::not_found:
      break;
  }
  return "This server has no such identity";
}

/// What follows the scheme of `Authorization: Basic KEY`.
std::string_view key_of(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  return equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)
             ? authorization.substr(scheme.size())
             : std::string_view{};
}

}  // namespace

simulated_arc::simulated_arc(simulated_host_options options, const std::string& key_directory)
    : options_(std::move(options)), keys_(key_directory), issuer_(options_) {}

void simulated_arc::answer(const request_view& request, std::chrono::system_clock::time_point now,
                           response& out) {
  out.add_field("Content-Type", "application/json");
  if (!is_token_path(request.path())) {
    return write_oauth_error(out, 404, "not_found", "There is nothing at this path");
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != "GET") {
    out.add_field("Allow", "GET");
    return write_oauth_error(out, 405, "method_not_allowed", "This method is not allowed here");
  }
  const auto metadata = request.field("Metadata");
  if (!metadata || !equal_ignoring_case(*metadata, "true")) {
    return write_oauth_error(out, 400, "invalid_request", "The header 'Metadata: true' is missing");
  }
  const auto query = query_string::parse(request.query());
  if (!query) {
    return write_oauth_error(out, 400, "invalid_request", "The query string is malformed");
  }
  answer_token(request, *query, unix_seconds(now), out);
}

void simulated_arc::answer_token(const request_view& request, const query_string& query,
                                 std::int64_t now, response& out) {
  const auto* resource = query.find("resource");
  if (resource != nullptr) {
    resource_ = *resource;
    out.resource = resource_;
  }
  const auto* version = query.find("api-version");
  if (version == nullptr ||
      std::find(api_versions.begin(), api_versions.end(), *version) == api_versions.end()) {
    return write_oauth_error(out, 400, "invalid_request",
                             "The supported versions are 2019-08-15, 2019-11-01 and 2020-06-01");
  }
  if (resource == nullptr || resource->empty()) {
    return write_oauth_error(out, 400, "invalid_request", "The parameter 'resource' is missing");
  }
  const auto choice = choose_identity(options_, query, selectors);
  if (const auto* const refusal = std::get_if<identity_refusal>(&choice)) {
    const bool is_lost = *refusal == identity_refusal::not_found;
    return write_oauth_error(out, is_lost ? 404 : 400,
                             is_lost ? "identity_not_found" : "invalid_request",
                             description_of(*refusal));
  }
  const auto authorization = request.field("Authorization");
  if (!authorization || !keys_.redeem(key_of(*authorization))) {
    return challenge(out);
  }
  if (!issuer_.knows(*resource)) {
    return write_unknown_resource(out, *resource, now, issuer_);
  }
  issuer_.write_token(out.body, std::get<simulated_identity>(choice), *resource, now,
                      form_for(query));
}

void simulated_arc::challenge(response& out) {
  out.add_field("Www-Authenticate", "Basic realm=" + keys_.challenge());
  write_oauth_error(out, 401, "unauthorized_client",
                    "Ask again with the content of the file that the challenge names");
}

bool simulated_arc::is_token_path(std::string_view path) const noexcept {
  return path == imds_token_path;
}

void simulated_arc::write_error(response& out, int status, std::string_view code,
                                std::string_view text) {
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_arc::environment(const std::string& endpoint) const {
  return {{"IDENTITY_ENDPOINT", endpoint + std::string(imds_token_path)},
          {"IMDS_ENDPOINT", endpoint}};
}

}  // namespace midas::internal::simulator
