#include "simulator/hosts/simulated_workload_identity.hpp"

#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"
#include "simulator/tokens/jwt.hpp"
#include "simulator/tokens/random_text.hpp"

#include <array>
#include <optional>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 1> workload_selectors{{
    {"client_id", &simulated_identity::client_id},
}};

constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string in_tenant(std::string_view path) {
  return std::string("/").append(simulated_tenant_id).append(path);
}

const std::string& token_path_in_tenant() {
  static const std::string path = in_tenant("/oauth2/v2.0/token");
  return path;
}

const std::string& configuration_path() {
  static const std::string path = in_tenant("/v2.0/.well-known/openid-configuration");
  return path;
}

/// Version 2 of the endpoint writes numbers as JSON numbers.
void write_workload_members(json_object& answer, const issued_token& token) {
  answer.text("token_type", "Bearer")
      .number("expires_in", token.lifetime.count())
      .number("ext_expires_in", token.lifetime.count());
}

/// A token of the same form as the one that a cluster projects into a pod.
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

/// The resource of a scope "RESOURCE/.default". Empty for any other scope.
std::optional<std::string> resource_of(const std::string& scope) {
  constexpr std::string_view suffix = "/.default";
  if (scope.size() <= suffix.size() || !scope.ends_with(suffix) ||
      scope.find(' ') != std::string::npos) {
    return std::nullopt;
  }
  return scope.substr(0, scope.size() - suffix.size());
}

protocol_traits workload_identity_traits() {
  return {
      .token_path = token_path_in_tenant(),
      .method = "POST",
      .fields =
          "Content-Type: application/json; charset=utf-8\r\n"
          "Cache-Control: no-store, no-cache\r\n",
      .has_request_id = true,
      .wrong_path = {400, "invalid_tenant",
                     "The tenant does not exist, or it has nothing at this path.", 90'002},
      .wrong_method = {400, "invalid_request", "The endpoint accepts only POST requests.", 900'561},
      .malformed_parameters = {400, "invalid_request", "The form is malformed.", 90'014}};
}

/// The OpenID Connect Discovery document. It uses the host name that the client sent, because
/// clients compare it with the name that they know the authority by.
void write_configuration(const request_view& request, response& out) {
  const auto base = "https://" + std::string(request.host().value_or("localhost"));
  json_object(out.body)
      .text("token_endpoint", base + token_path_in_tenant())
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

}  // namespace

std::vector<environment_variable> token_proxy_environment(const std::string& endpoint,
                                                          const std::string& authorities) {
  return {{"AZURE_KUBERNETES_TOKEN_PROXY", endpoint},
          {"AZURE_KUBERNETES_SNI_NAME", std::string(token_proxy_name)},
          {"AZURE_KUBERNETES_CA_FILE", authorities}};
}

simulated_workload_identity::simulated_workload_identity(simulated_host_options options)
    : simulated_protocol(std::move(options), workload_identity_traits()),
      federated_token_(make_federated_token()),
      federated_token_file_(directory_.write("federated-token", federated_token_)) {}

void simulated_workload_identity::answer_other_path(const request_view& request, std::int64_t now,
                                                    response& out) {
  if (request.path() == configuration_path() && request.method == "GET") {
    return write_configuration(request, out);
  }
  simulated_protocol::answer_other_path(request, now, out);
}

void simulated_workload_identity::answer_token_request(const request_view&,
                                                       const http::query_string& form,
                                                       std::int64_t now, response& out) {
  for (const auto* name :
       {"grant_type", "client_id", "scope", "client_assertion_type", "client_assertion"}) {
    const auto* value = form.find(name);
    if (value == nullptr || value->empty()) {
      return refuse(out,
                    {400, "invalid_request",
                     std::string("The body of the request must have the parameter '")
                         .append(name)
                         .append("'."),
                     900'144},
                    now);
    }
  }
  const auto resource = resource_of(*form.find("scope"));
  if (resource) {
    note_resource(*resource, out);
  }
  if (*form.find("grant_type") != "client_credentials") {
    return refuse(out, {400, "unsupported_grant_type", "The grant type is not supported.", 70'003},
                  now);
  }
  const auto choice = choose_identity(options(), form, workload_selectors);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return refuse(
        out,
        {400, "unauthorized_client", "The tenant has no application with this client id.", 700'016},
        now);
  }
  if (!accept_assertion(form, now, out)) {
    return;
  }
  if (!resource) {
    return refuse(out,
                  {400, "invalid_scope",
                   "With client credentials, the scope must be one resource followed by "
                   "'/.default'.",
                   1'002'012},
                  now);
  }
  write_token(*identity, *resource, now, &write_workload_members, out);
}

bool simulated_workload_identity::accept_assertion(const http::query_string& form, std::int64_t now,
                                                   response& out) {
  if (*form.find("client_assertion_type") != assertion_type) {
    refuse(out,
           {400, "invalid_request", "The type of the client assertion is not supported.", 50'027},
           now);
    return false;
  }
  if (*form.find("client_assertion") != federated_token_) {
    refuse(out,
           {401, "invalid_client",
            "The client assertion does not match a federated identity credential of the "
            "application.",
            700'213},
           now);
    return false;
  }
  return true;
}

void simulated_workload_identity::write_error(response& out, int status, std::string_view code,
                                              std::string_view text) {
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_workload_identity::environment(
    const std::string& endpoint) const {
  const auto& identity = options().user_assigned.empty()
                             ? options().system_assigned.value_or(simulated_identity{})
                             : options().user_assigned.front();
  return {{"AZURE_AUTHORITY_HOST", endpoint + "/"},
          {"AZURE_TENANT_ID", std::string(simulated_tenant_id)},
          {"AZURE_CLIENT_ID", identity.client_id},
          {"AZURE_FEDERATED_TOKEN_FILE", federated_token_file_}};
}

}  // namespace midas::internal::simulator
