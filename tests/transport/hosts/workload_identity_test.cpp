#include "transport/hosts/workload_identity.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/hosts/resolved.hpp"

#include <map>
#include <string>
#include <utility>

namespace workload_identity_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};
const std::string tenant = "01234567-89ab-cdef-fedc-ba8976543210";
const std::string client = "fedcba98-7654-3210-0123-456789abcdef";
const std::string url = "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token";
const resolved_request vault{.resource = "https://vault.azure.net"};

host_environment federated(std::string_view authority = {}, std::string_view tenant_id = tenant) {
  host_environment result;
  result.variables = {{"AZURE_TENANT_ID", sensitive_string{tenant_id}},
                      {"AZURE_CLIENT_ID", sensitive_string{client}},
                      {"AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/token"},
                      {"AZURE_AUTHORITY_HOST", sensitive_string{authority}}};
  return result;
}

std::string decoded(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.starts_with('%')) {
      result += static_cast<char>(std::stoi(std::string{text.substr(1, 2)}, nullptr, 16));
      text.remove_prefix(3);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

std::map<std::string, std::string> form_of(const http_request& request) {
  std::map<std::string, std::string> result;
  std::string_view rest = request.body;
  while (!rest.empty()) {
    const auto field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    const auto name = field.substr(0, field.find('='));
    CHECK(result.emplace(name, decoded(field.substr(name.size() + 1))).second);
  }
  return result;
}

http_response response_of(int status, std::string_view body) {
  http_response response;
  response.status = status;
  response.body = body;
  return response;
}

host_settings with_token(std::string& content, std::string& asked_for) {
  host_settings result;
  result.files.read_federated_token = [&](const std::string& path, std::size_t) {
    asked_for = path;
    return expected<sensitive_string>{sensitive_string{content}};
  };
  return result;
}

}  // namespace

TEST_CASE("federated tokens are exchanged at the tenant's authority") {
  const auto [authority, tenant_id,
              expected_url] = GENERATE(table<std::string, std::string, std::string>({
      {"", tenant, url},
      {"https://login.microsoftonline.com/", tenant, url},
      {"https://login.microsoftonline.us", tenant,
       "https://login.microsoftonline.us/" + tenant + "/oauth2/v2.0/token"},
      {"HTTPS://Login.Microsoftonline.us//", "contoso.onmicrosoft.com",
       "https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token"},
      {"https://127.0.0.1:8443/prefix/", "t", "https://127.0.0.1:8443/prefix/t/oauth2/v2.0/token"},
      {"https://adfs.contoso.com/", "adfs", "https://adfs.contoso.com/adfs/oauth2/token"},
  }));
  const auto setup = workload_identity::read_settings(federated(authority, tenant_id), false);
  REQUIRE(setup);
  CHECK(setup->url == expected_url);
  CHECK(setup->client_id == client);
  CHECK(setup->federated_token_file == "/var/run/secrets/token");
}

TEST_CASE("a client id in the environment must be one that a request could have") {
  const auto id = GENERATE(as<std::string>{}, "a\xc2\x9b", "c d", "c\nd", "<client-id>", "\"c\"",
                           std::string(65, 'c'));
  auto environment = federated();
  environment.variables["AZURE_CLIENT_ID"] = id;
  const auto made = workload_identity::make_protocol(environment, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == errc::invalid_configuration);
  CHECK(made.error().message.starts_with("AZURE_CLIENT_ID"));
  CHECK_FALSE(made.error().advice.empty());
}

TEST_CASE("a missing variable of the federation is named") {
  const auto* const variable =
      GENERATE("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE");
  const bool empty = GENERATE(true, false);
  auto environment = federated();
  environment.variables.erase(variable);
  if (empty) {
    environment.variables.emplace(variable, "");
  }
  const auto made = workload_identity::make_protocol(environment, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == errc::invalid_configuration);
  CHECK(made.error().message.find(variable) != std::string::npos);
  CHECK_FALSE(made.error().advice.empty());
}

TEST_CASE(
    "an authority that must not receive the federated token is rejected, naming the variable") {
  const auto [authority, code] = GENERATE(table<std::string, errc>({
      {"login.microsoftonline.com", errc::invalid_endpoint},
      {"https://", errc::invalid_endpoint},
      {"https://host/?a=b", errc::invalid_endpoint},
      {"https://host/#x", errc::invalid_endpoint},
      {"https://user@host/", errc::invalid_endpoint},
      {"http://login.microsoftonline.com/", errc::endpoint_not_allowed},
      {"http://169.254.169.254/", errc::endpoint_not_allowed},
      {"http://127.0.0.1/", errc::endpoint_not_allowed},
  }));
  const auto made = workload_identity::make_protocol(federated(authority), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == code);
  CHECK(made.error().message.find("AZURE_AUTHORITY_HOST") != std::string::npos);
  CHECK_FALSE(made.error().advice.empty());
}

TEST_CASE("an authority without https can be allowed") {
  const auto made =
      workload_identity::make_protocol(federated("http://127.0.0.1:1/"), {.allow_insecure = true});
  REQUIRE(made);
  CHECK(made->address == "http://127.0.0.1:1/" + tenant + "/oauth2/v2.0/token");
}

TEST_CASE("a tenant that would change the URL is rejected") {
  const auto tenant_id = GENERATE(as<std::string>{}, "a/b", "a?b", "a#b", "a b", "a%2fb", "\xe9",
                                  "a\nb", "a_b", "a@b", "a:b");
  const auto made = workload_identity::make_protocol(federated("", tenant_id), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == errc::invalid_configuration);
  CHECK(made.error().message.find("AZURE_TENANT_ID") != std::string::npos);
}

TEST_CASE("the exchange is a form with the federated token as the assertion") {
  const auto* const assertion = GENERATE("FEDERATED-TOKEN", "eyJ.a-b_c.x+y/z=&=%20\n");
  const auto setup = workload_identity::read_settings(federated(), false);
  const auto request = workload_identity::encode(
      *setup, resolved({.resource = "https://vault.azure.net/.default"}), assertion);
  REQUIRE(request);
  CHECK(request->method == "POST");
  CHECK(request->url == url);
  REQUIRE(request->headers.size() == 1);
  CHECK(request->headers.front().name == "Content-Type");
  CHECK(request->headers.front().value == "application/x-www-form-urlencoded");
  CHECK(form_of(*request) ==
        std::map<std::string, std::string>{
            {"grant_type", "client_credentials"},
            {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            {"client_id", client},
            {"scope", "https://vault.azure.net/.default"},
            {"client_assertion", assertion}});
  CHECK(request->body.find("scope=https%3A%2F%2Fvault.azure.net%2F.default&") !=
        sensitive_string::npos);
}

TEST_CASE("the scope keeps the resource's trailing slash, and is the resource itself for AD FS") {
  const auto setup = workload_identity::read_settings(federated(), false);
  const auto adfs = workload_identity::read_settings(federated("", "adfs"), false);
  const resolved_request slashed{.resource = "https://x/"};
  CHECK(form_of(*workload_identity::encode(*setup, slashed, "T")).at("scope") ==
        "https://x//.default");
  CHECK(form_of(*workload_identity::encode(*adfs, slashed, "T")).at("scope") == "https://x/");
}

TEST_CASE("a claims challenge is sent to the authority") {
  const auto setup = workload_identity::read_settings(federated(), false);
  auto request = vault;
  request.claims = R"({"access_token":{"nbf":{"value":"1"}}})";
  CHECK(form_of(*workload_identity::encode(*setup, request, "T")).at("claims") == request.claims);
}

TEST_CASE("another client can be selected by its client id only") {
  const auto setup = workload_identity::read_settings(federated(), false);
  const auto named = workload_identity::encode(
      *setup, {.identity = managed_identity::client_id("a&b"), .resource = "R"}, "T");
  REQUIRE(named);
  CHECK(form_of(*named).at("client_id") == "a&b");
  const auto identity =
      GENERATE(managed_identity::object_id("o"), managed_identity::resource_id("/r"));
  const auto refused =
      workload_identity::encode(*setup, {.identity = identity, .resource = "R"}, "T");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::identity_not_supported);
  CHECK(refused.error().message.find(to_string(identity.kind())) != std::string::npos);
}

TEST_CASE("the federated token is read for each exchange, since the cluster replaces it") {
  std::string content = "first";
  std::string asked_for;
  const auto endpoint =
      workload_identity::make_protocol(federated(), with_token(content, asked_for));
  REQUIRE(endpoint);
  CHECK(endpoint->host == identity_host::workload_identity);
  CHECK(endpoint->address == url);
  CHECK(form_of(*endpoint->encode(vault, "")).at("client_assertion") == "first");
  content = "second";
  CHECK(form_of(*endpoint->encode(vault, "")).at("client_assertion") == "second");
  CHECK(asked_for == "/var/run/secrets/token");
}

TEST_CASE("the error of a federated token that cannot be read is that of the request") {
  host_settings settings;
  settings.files.read_federated_token = [](const std::string&, std::size_t) {
    return expected<sensitive_string>{fail(errc::invalid_configuration, "no such file")};
  };
  const auto endpoint = workload_identity::make_protocol(federated(), settings);
  REQUIRE(endpoint);
  CHECK(endpoint->encode(vault, "").error().message == "no such file");
}

TEST_CASE("a successful response of Entra becomes a grant") {
  std::string content;
  std::string asked_for;
  const auto endpoint =
      workload_identity::make_protocol(federated(), with_token(content, asked_for));
  const auto answer = endpoint->decode(
      vault,
      response_of(200, R"({"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,)"
                       R"("access_token":"AT"})"),
      now, 0);
  REQUIRE(answer);
  const auto& grant = std::get<token_grant>(*answer);
  CHECK(grant.token == secret{"AT"});
  CHECK(grant.expires_on == now + 3599s);
}

TEST_CASE("an unsuccessful response of Entra becomes an error, with advice for known ones") {
  const auto [status, body, code, advice] = GENERATE(table<int, std::string, errc, std::string>({
      {400,
       R"({"error":"invalid_request","error_description":"AADSTS70021: No matching federated )"
       R"(identity record found for presented assertion."})",
       errc::request_rejected, "federated credential"},
      {400,
       R"({"error":"unauthorized_client","error_description":"AADSTS700016: Application with )"
       R"(identifier was not found","correlation_id":"abc"})",
       errc::request_rejected, "AZURE_CLIENT_ID"},
      {400, R"({"error":"invalid_request","error_description":"AADSTS90002: Tenant"})",
       errc::request_rejected, "AZURE_TENANT_ID"},
      {401, R"({"error":"invalid_client","error_description":"AADSTS700024: Client assertion"})",
       errc::request_rejected, "AZURE_FEDERATED_TOKEN_FILE"},
      {400, R"({"error":"invalid_client","error_description":"AADSTS7000240: other"})",
       errc::request_rejected, ""},
      {429, "", errc::throttled, ""},
      {404, "", errc::request_rejected, "AZURE_AUTHORITY_HOST"},
      {500, "", errc::service_unavailable, ""},
      {200, R"({"access_token":""})", errc::invalid_response, ""},
  }));
  const auto grant = workload_identity::make_protocol(federated(), {})
                         ->decode(vault, response_of(status, body), now, 0);
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == code);
  CHECK(grant.error().http_status == status);
  CHECK(grant.error().source == "Workload identity");
  CHECK(grant.error().advice.find(advice) != std::string::npos);
  CHECK((code != errc::request_rejected || !advice.empty() || grant.error().advice.empty()));
}

}  // namespace workload_identity_test
