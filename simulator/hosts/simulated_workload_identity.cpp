#include "simulator/hosts/simulated_workload_identity.hpp"

#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/http/query_string.hpp"
#include "simulator/tokens/json_text.hpp"
#include "simulator/tokens/jwt.hpp"
#include "simulator/tokens/random_text.hpp"

#include <array>
#include <optional>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 1> selectors{{
    {"client_id", &simulated_identity::client_id},
}};

constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string in_tenant(std::string_view path) {
  return std::string("/").append(simulated_tenant_id).append(path);
}

const std::string& token_path() {
  static const std::string path = in_tenant("/oauth2/v2.0/token");
  return path;
}

const std::string& configuration_path() {
  static const std::string path = in_tenant("/v2.0/.well-known/openid-configuration");
  return path;
}

/// Version 2 of the endpoint writes its numbers as numbers.
void write_members(json_object& answer, const issued_token& token) {
  answer.text("token_type", "Bearer")
      .number("expires_in", token.lifetime.count())
      .number("ext_expires_in", token.lifetime.count());
}

/// Shaped like the token that a cluster gives to a pod.
std::string make_federated_token() {
  std::string payload;
  json_object(payload)
      .texts("aud", std::array<std::string_view, 1>{"api://AzureADTokenExchange"})
      .text("iss", "https://simulated-cluster.invalid/")
      .text("jti", random_hexadecimal(16))
      .text("sub", "system:serviceaccount:simulated:simulated");
  return base64url(R"({"alg":"RS256","kid":"midas-simulator-not-a-key--"})") + "." +
         base64url(payload) + "." + base64url(random_hexadecimal(128));
}

/// The resource that a scope "RESOURCE/.default" means.
std::optional<std::string> resource_of(const std::string& scope) {
  constexpr std::string_view suffix = "/.default";
  if (scope.size() <= suffix.size() || !scope.ends_with(suffix) ||
      scope.find(' ') != std::string::npos) {
    return std::nullopt;
  }
  return scope.substr(0, scope.size() - suffix.size());
}

}  // namespace

simulated_workload_identity::simulated_workload_identity(simulated_host_options options)
    : options_(std::move(options)),
      federated_token_(make_federated_token()),
      federated_token_file_(directory_.write("federated-token", federated_token_)),
      issuer_(options_) {}

void simulated_workload_identity::answer(const request_view& request,
                                         std::chrono::system_clock::time_point now, response& out) {
  out.add_field("Content-Type", "application/json; charset=utf-8");
  out.add_field("Cache-Control", "no-store, no-cache");
  out.add_field("x-ms-request-id", issuer_.next_id());
  if (request.path() == configuration_path() && request.method == "GET") {
    return answer_configuration(request, out);
  }
  const auto seconds = unix_seconds(now);
  if (!is_token_path(request.path())) {
    return write_entra_error(out, 400, "invalid_tenant", 90'002,
                             "There is no such tenant, or nothing at this path of it.", seconds,
                             issuer_);
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != "POST") {
    return write_entra_error(out, 400, "invalid_request", 900'561,
                             "The endpoint takes POST requests only.", seconds, issuer_);
  }
  const auto form = query_string::parse(request.body);
  if (!form) {
    return write_entra_error(out, 400, "invalid_request", 90'014, "The form is malformed.", seconds,
                             issuer_);
  }
  answer_token(*form, seconds, out);
}

void simulated_workload_identity::answer_token(const query_string& form, std::int64_t now,
                                               response& out) {
  for (const auto* name :
       {"grant_type", "client_id", "scope", "client_assertion_type", "client_assertion"}) {
    const auto* value = form.find(name);
    if (value == nullptr || value->empty()) {
      return write_entra_error(
          out, 400, "invalid_request", 900'144,
          std::string("The body of the request must have the parameter '").append(name) + "'.", now,
          issuer_);
    }
  }
  const auto resource = resource_of(*form.find("scope"));
  if (resource) {
    resource_ = *resource;
    out.resource = resource_;
  }
  if (*form.find("grant_type") != "client_credentials") {
    return write_entra_error(out, 400, "unsupported_grant_type", 70'003,
                             "The grant type is not supported.", now, issuer_);
  }
  const auto choice = choose_identity(options_, form, selectors);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return write_entra_error(out, 400, "unauthorized_client", 700'016,
                             "The tenant has no application of this client id.", now, issuer_);
  }
  if (!has_valid_assertion(form, now, out)) {
    return;
  }
  if (!resource) {
    return write_entra_error(out, 400, "invalid_scope", 1'002'012,
                             "With client credentials, the scope must be one resource and "
                             "'/.default' behind it.",
                             now, issuer_);
  }
  if (!issuer_.knows(*resource)) {
    return write_unknown_resource(out, *resource, now, issuer_);
  }
  issuer_.write_token(out.body, *identity, *resource, now, &write_members);
}

bool simulated_workload_identity::has_valid_assertion(const query_string& form, std::int64_t now,
                                                      response& out) {
  if (*form.find("client_assertion_type") != assertion_type) {
    write_entra_error(out, 400, "invalid_request", 50'027,
                      "The type of the client assertion is not supported.", now, issuer_);
    return false;
  }
  if (*form.find("client_assertion") != federated_token_) {
    write_entra_error(out, 401, "invalid_client", 700'213,
                      "No federated identity credential of the application matches the "
                      "client assertion.",
                      now, issuer_);
    return false;
  }
  return true;
}

void simulated_workload_identity::answer_configuration(const request_view& request,
                                                       response& out) const {
  // The name that the client knows the authority by, since it compares it with these.
  const auto host = request.field("Host");
  const auto base = "https://" + std::string(host.value_or("localhost"));
  json_object(out.body)
      .text("token_endpoint", base + token_path())
      .text("authorization_endpoint", base + in_tenant("/oauth2/v2.0/authorize"))
      .text("end_session_endpoint", base + in_tenant("/oauth2/v2.0/logout"))
      .text("jwks_uri", base + in_tenant("/discovery/v2.0/keys"))
      .text("issuer", base + in_tenant("/v2.0"))
      .texts("token_endpoint_auth_methods_supported",
             std::array<std::string_view, 1>{"private_key_jwt"})
      .texts("response_types_supported", std::array<std::string_view, 1>{"token"})
      .texts("subject_types_supported", std::array<std::string_view, 1>{"pairwise"})
      .texts("id_token_signing_alg_values_supported", std::array<std::string_view, 1>{"RS256"});
}

bool simulated_workload_identity::is_token_path(std::string_view path) const noexcept {
  return path == token_path();
}

void simulated_workload_identity::write_error(response& out, int status, std::string_view code,
                                              std::string_view text) {
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_workload_identity::environment(
    const std::string& endpoint) const {
  const auto& identity = options_.user_assigned.empty()
                             ? options_.system_assigned.value_or(simulated_identity{})
                             : options_.user_assigned.front();
  return {{"AZURE_AUTHORITY_HOST", endpoint + "/"},
          {"AZURE_TENANT_ID", std::string(simulated_tenant_id)},
          {"AZURE_CLIENT_ID", identity.client_id},
          {"AZURE_FEDERATED_TOKEN_FILE", federated_token_file_}};
}

}  // namespace midas::internal::simulator
