#include "simulator/hosts/simulated_workload_identity.hpp"

#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"

#include <filesystem>
#include <map>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::simulator;

namespace {

const std::string tenant = "5151a7ed-0000-4000-8000-0000000000aa";

std::string federated_token(const simulated_protocol& protocol) {
  return file_text(variable_of(protocol, "AZURE_FEDERATED_TOKEN_FILE"));
}

/// The parameters of a correct form, which tests then change.
std::map<std::string, std::string> right_form(const simulated_protocol& protocol) {
  return {
      {"grant_type", "client_credentials"},
      {"client_id", user_assigned.client_id},
      {"scope", "https%3A%2F%2Fvault.azure.net%2F.default"},
      {"client_assertion_type", "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"},
      {"client_assertion", federated_token(protocol)}};
}

protocol_request with_form(const std::map<std::string, std::string>& form) {
  protocol_request request{.method = "POST", .target = "/" + tenant + "/oauth2/v2.0/token"};
  for (const auto& [name, value] : form) {
    request.body += (request.body.empty() ? "" : "&") + name + "=" + value;
  }
  return request;
}

/// "status error number".
std::string token_endpoint_complaint(const response& answer) {
  INFO(answer.body);
  const auto json = parse_object(answer.body);
  const auto number = std::to_string(json["error_codes"][0].GetInt());
  CHECK(text_of(json, "error_description").find("AADSTS" + number + ": ") == 0);
  CHECK(text_of(json, "error_description").find(text_of(json, "correlation_id")) !=
        std::string::npos);
  return std::to_string(answer.status) + " " + text_of(json, "error") + " " + number;
}

}  // namespace

TEST_CASE("a federated token is exchanged for an access token") {
  simulated_workload_identity protocol({});
  const auto answer = with_form(right_form(protocol)).ask(protocol);
  CHECK(owner_of(answer, "https://vault.azure.net") == user_assigned.client_id);
  const auto json = parse_object(answer.body);
  CHECK(json["expires_in"].GetInt64() == 86'400);
  CHECK(json["ext_expires_in"].GetInt64() == 86'400);
  CHECK(text_of(json, "token_type") == "Bearer");
  CHECK(json.MemberCount() == 4);
}

TEST_CASE("a resource with a slash at its end keeps it") {
  simulated_workload_identity protocol({});
  auto form = right_form(protocol);
  form["scope"] = "https%3A%2F%2Fa.test%2F%2F.default";
  CHECK(owner_of(with_form(form).ask(protocol), "https://a.test/") == user_assigned.client_id);
}

TEST_CASE("the variables of workload identity name a token file that is removed with the host") {
  std::string file;
  {
    const simulated_workload_identity protocol({});
    CHECK(variable_of(protocol, "AZURE_AUTHORITY_HOST") == "http://127.0.0.1:1/");
    CHECK(variable_of(protocol, "AZURE_TENANT_ID") == tenant);
    CHECK(variable_of(protocol, "AZURE_CLIENT_ID") == user_assigned.client_id);
    file = variable_of(protocol, "AZURE_FEDERATED_TOKEN_FILE");
    const auto token = decode_token(federated_token(protocol));
    CHECK(text_of(token.payload, "sub").find("system:serviceaccount:") == 0);
    const simulated_workload_identity other({});
    CHECK(federated_token(other) != federated_token(protocol));
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a host without a user-assigned identity federates the system-assigned one") {
  simulated_host_options options;
  options.user_assigned.clear();
  const simulated_workload_identity protocol(options);
  CHECK(variable_of(protocol, "AZURE_CLIENT_ID") == sample_system_assigned_identity().client_id);
}

TEST_CASE("every parameter of the exchange is required and checked") {
  simulated_workload_identity protocol({});
  const auto right = right_form(protocol);
  for (const auto& [name, value] : right) {
    INFO(name);
    auto form = right;
    form.erase(name);
    CHECK(token_endpoint_complaint(with_form(form).ask(protocol)) == "400 invalid_request 900144");
    form[name] = "";
    CHECK(token_endpoint_complaint(with_form(form).ask(protocol)) == "400 invalid_request 900144");
  }
  const auto complaint = [&](const std::string& name, const std::string& value) {
    auto form = right;
    form[name] = value;
    return token_endpoint_complaint(with_form(form).ask(protocol));
  };
  CHECK(complaint("grant_type", "password") == "400 unsupported_grant_type 70003");
  CHECK(complaint("client_id", "00000000-0000-0000-0000-000000000000") ==
        "400 unauthorized_client 700016");
  CHECK(complaint("client_assertion_type", "jwt") == "400 invalid_request 50027");
  CHECK(complaint("client_assertion", right.at("client_assertion") + "A") ==
        "401 invalid_client 700213");
  CHECK(complaint("scope", "https%3A%2F%2Fvault.azure.net") == "400 invalid_scope 1002012");
  CHECK(complaint("scope", "%2F.default") == "400 invalid_scope 1002012");
  CHECK(complaint("scope", "https%3A%2F%2Fa.test%2F.default+https%3A%2F%2Fb.test%2F.default") ==
        "400 invalid_scope 1002012");
  CHECK(complaint("scope", "vault%2F.default") == "400 invalid_resource 500011");
  CHECK(complaint("scope", "%zz") == "400 invalid_request 90014");
}

TEST_CASE("other tenants and other paths are unknown to the authority") {
  simulated_workload_identity protocol({});
  auto request = with_form(right_form(protocol));
  request.target = "/common/oauth2/v2.0/token";
  CHECK(token_endpoint_complaint(request.ask(protocol)) == "400 invalid_tenant 90002");
  request.target = "/" + tenant + "/oauth2/token";
  CHECK(token_endpoint_complaint(request.ask(protocol)) == "400 invalid_tenant 90002");
  request = with_form(right_form(protocol));
  request.method = "GET";
  CHECK(token_endpoint_complaint(request.ask(protocol)) == "400 invalid_request 900561");
}

TEST_CASE("the discovery document uses the host name that the client sent") {
  simulated_workload_identity protocol({});
  protocol_request request{.target = "/" + tenant + "/v2.0/.well-known/openid-configuration",
                           .fields = {{"Host", "localhost:8443"}}};
  const auto answer = request.ask(protocol);
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.token_request);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "token_endpoint") ==
        "https://localhost:8443/" + tenant + "/oauth2/v2.0/token");
  CHECK(text_of(json, "issuer") == "https://localhost:8443/" + tenant + "/v2.0");
}
