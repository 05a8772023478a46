// The hosts that answer one request with a token or an error.
#include "tests/support/catch.hpp"
#include "transport/formats/certificate_pin.hpp"
#include "transport/hosts/app_service.hpp"
#include "transport/hosts/cloud_shell.hpp"
#include "transport/hosts/machine_learning.hpp"
#include "transport/hosts/service_fabric.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace host_protocols_test {
using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
namespace {
constexpr std::chrono::sys_seconds now{1'800'000'000s};
constexpr std::string_view thumbprint = "ABABABABABABABABABABABABABABABABABABABAB";
constexpr std::string_view secret_text = "only-the-host-knows";
const resolved_request vault{.resource = "https://vault.azure.net"};

host_environment environment(decltype(host_environment::variables) variables) {
  return {.variables = std::move(variables)};
}

const host_environment on_app_service =
    environment({{"IDENTITY_ENDPOINT", "http://127.0.0.1:41564/msi/token"},
                 {"IDENTITY_HEADER", sensitive_string{secret_text}}});
const host_environment on_app_service_2017 =
    environment({{"MSI_ENDPOINT", "http://127.0.0.1:41741/MSI/token/"},
                 {"MSI_SECRET", sensitive_string{secret_text}}});
const host_environment on_machine_learning =
    environment({{"MSI_ENDPOINT", "http://localhost:7071/msi/token"},
                 {"MSI_SECRET", sensitive_string{secret_text}},
                 {"DEFAULT_IDENTITY_CLIENT_ID", "the-default"}});
const host_environment on_service_fabric =
    environment({{"IDENTITY_ENDPOINT", "https://localhost:2377/metadata/identity/oauth2/token"},
                 {"IDENTITY_HEADER", sensitive_string{secret_text}},
                 {"IDENTITY_SERVER_THUMBPRINT", sensitive_string{thumbprint}}});
const host_environment on_cloud_shell =
    environment({{"MSI_ENDPOINT", "http://localhost:50342/oauth2/token"}});

using maker = expected<host_protocol> (*)(const host_environment&, const host_settings&);

expected<host_protocol> make_2019(const host_environment& e, const host_settings& s) {
  return app_service::make_protocol(app_service::api_2019, e, s);
}
expected<host_protocol> make_2017(const host_environment& e, const host_settings& s) {
  return app_service::make_protocol(app_service::api_2017, e, s);
}

host_protocol made(maker make, const host_environment& where, host_settings settings = {}) {
  auto result = make(where, settings);
  REQUIRE(result);
  return *std::move(result);
}

http_request asked(const host_protocol& endpoint, const resolved_request& request,
                   std::string_view refused = {}) {
  auto result = endpoint.encode(request, refused);
  REQUIRE(result);
  return *std::move(result);
}

resolved_request with(managed_identity identity) {
  return {.identity = std::move(identity), .resource = "https://vault.azure.net"};
}

std::string header(const http_request& request, std::string_view name) {
  const auto found = std::ranges::find(request.headers, name, &http_header::name);
  return found == request.headers.end() ? std::string{"(none)"} : std::string{found->value};
}

template <class Value>
error problem_of(const expected<Value>& made) {
  REQUIRE_FALSE(made);
  const auto text = to_string(made.error());
  CHECK(text.find(secret_text) == std::string::npos);
  CHECK_FALSE(made.error().advice.empty());
  return made.error();
}

const auto some_client = managed_identity::client_id("the client");
const auto some_object = managed_identity::object_id("the-object");
const auto some_resource = managed_identity::resource_id("/subscriptions/1");

}  // namespace

TEST_CASE("a request to App Service has the secret, and selects an identity by any kind of id") {
  const auto endpoint = made(make_2019, on_app_service);
  const std::string plain =
      "http://127.0.0.1:41564/msi/"
      "token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";
  const auto request = asked(endpoint, vault);
  CHECK(request.method == "GET");
  CHECK(request.url == plain);
  CHECK(header(request, "X-IDENTITY-HEADER") == secret_text);
  CHECK(header(request, "Metadata") == "true");
  CHECK(asked(endpoint, with(some_client)).url == plain + "&client_id=the%20client");
  CHECK(asked(endpoint, with(some_object)).url == plain + "&object_id=the-object");
  CHECK(asked(endpoint, with(some_resource)).url == plain + "&mi_res_id=%2Fsubscriptions%2F1");
  CHECK(endpoint.host == identity_host::app_service);
  CHECK(endpoint.address == "http://127.0.0.1:41564/msi/token");
}

TEST_CASE("App Service 2017 has its own names for the secret and the parameters") {
  const auto endpoint = made(make_2017, on_app_service_2017);
  const std::string plain =
      "http://127.0.0.1:41741/MSI/token/"
      "?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net";
  CHECK(asked(endpoint, vault).url == plain);
  CHECK(header(asked(endpoint, vault), "secret") == secret_text);
  CHECK(asked(endpoint, with(some_client)).url == plain + "&clientid=the%20client");
  CHECK(asked(endpoint, with(some_object)).url == plain + "&principal_id=the-object");
  CHECK(asked(endpoint, with(some_resource)).url == plain + "&mi_res_id=%2Fsubscriptions%2F1");
}

TEST_CASE("the environment selects the system-assigned identity of Machine Learning") {
  const auto endpoint = made(machine_learning::make_protocol, on_machine_learning);
  const std::string plain =
      "http://localhost:7071/msi/"
      "token?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net";
  CHECK(asked(endpoint, vault).url == plain + "&clientid=the-default");
  CHECK(header(asked(endpoint, vault), "secret") == secret_text);
  CHECK(asked(endpoint, with(some_client)).url == plain + "&clientid=the%20client");
  auto nameless = on_machine_learning;
  nameless.variables["DEFAULT_IDENTITY_CLIENT_ID"] = "";
  CHECK(asked(made(machine_learning::make_protocol, nameless), vault).url == plain);
}

TEST_CASE("a request to Cloud Shell is a form") {
  const auto request = asked(made(cloud_shell::make_protocol, on_cloud_shell), vault);
  CHECK(request.method == "POST");
  CHECK(request.url == "http://localhost:50342/oauth2/token");
  CHECK(request.body == "resource=https%3A%2F%2Fvault.azure.net");
  CHECK(header(request, "Metadata") == "true");
  CHECK(header(request, "Content-Type") == "application/x-www-form-urlencoded");
}

TEST_CASE("a request to Service Fabric has a pinned certificate, capabilities and refused tokens") {
  const std::string plain =
      "https://localhost:2377/metadata/identity/oauth2/token?api-version=2019-07-01-preview"
      "&resource=https%3A%2F%2Fvault.azure.net";
  const auto endpoint = made(service_fabric::make_protocol, on_service_fabric);
  const auto request = asked(endpoint, vault, "cc0a");
  CHECK(request.url == plain);
  CHECK(header(request, "Secret") == secret_text);
  CHECK(header(request, "Accept") == "application/json");
  REQUIRE(request.pinned_certificate);
  CHECK(to_thumbprint(*request.pinned_certificate) == thumbprint);

  auto challenged = vault;
  challenged.claims = R"({"access_token":{}})";
  CHECK(asked(endpoint, challenged).url == plain);
  CHECK(asked(endpoint, challenged, "cc0a").url == plain + "&token_sha256_to_refresh=cc0a");
  host_settings capable;
  capable.client_capabilities = {"cp1", "cp2"};
  CHECK(asked(made(service_fabric::make_protocol, on_service_fabric, capable), vault).url ==
        plain + "&xms_cc=cp1%2Ccp2");
}

TEST_CASE("a request to Service Fabric selects an identity by its object id") {
  const auto endpoint = made(service_fabric::make_protocol, on_service_fabric);
  const auto url = asked(endpoint, vault).url;
  CHECK(asked(endpoint, with(some_object)).url == url + "&principalId=the-object");
}

TEST_CASE("a host that cannot select an identity by a kind of id fails with advice") {
  const auto refusal = [](maker make, const host_environment& where, const managed_identity& who) {
    const auto request = made(make, where).encode(with(who), {});
    REQUIRE_FALSE(request);
    CHECK_FALSE(request.error().advice.empty());
    return request.error();
  };
  for (const auto& who : {some_client, some_object, some_resource}) {
    CHECK(refusal(cloud_shell::make_protocol, on_cloud_shell, who).code ==
          errc::identity_not_supported);
  }
  for (const auto& who : {some_client, some_resource}) {
    const auto problem = refusal(service_fabric::make_protocol, on_service_fabric, who);
    CHECK(problem.code == errc::identity_not_supported);
    CHECK(problem.source == "Service Fabric");
    CHECK(problem.message.find(to_string(who.kind())) != std::string::npos);
    CHECK(problem.advice.find("object id") != std::string::npos);
  }
  for (const auto& who : {some_object, some_resource}) {
    const auto problem = refusal(machine_learning::make_protocol, on_machine_learning, who);
    CHECK(problem.code == errc::identity_not_supported);
    CHECK(problem.source == "Machine Learning");
    CHECK(problem.message.find(to_string(who.kind())) != std::string::npos);
  }
}

TEST_CASE("a missing or invalid variable is named, and a secret value is not shown") {
  const auto without = [](host_environment where, const std::string& name) {
    where.variables.erase(name);
    return where;
  };
  const auto having = [](host_environment where, const std::string& name,
                         const std::string& value) {
    where.variables[name] = value;
    return where;
  };
  struct wrong {
    maker make;
    host_environment where;
    std::string variable;
    errc code;
  };
  const std::vector<wrong> all{
      {make_2019, without(on_app_service, "IDENTITY_HEADER"), "IDENTITY_HEADER",
       errc::invalid_configuration},
      {make_2019, having(on_app_service, "IDENTITY_HEADER", std::string{secret_text} + "\r\nX: 1"),
       "IDENTITY_HEADER", errc::invalid_configuration},
      {make_2019, having(on_app_service, "IDENTITY_ENDPOINT", "127.0.0.1:41564/msi/token"),
       "IDENTITY_ENDPOINT", errc::invalid_endpoint},
      {make_2019, having(on_app_service, "IDENTITY_ENDPOINT", "http://127.0.0.1/token?a=b"),
       "IDENTITY_ENDPOINT", errc::invalid_endpoint},
      {make_2019, having(on_app_service, "IDENTITY_ENDPOINT", "http://example.org/token"),
       "IDENTITY_ENDPOINT", errc::endpoint_not_allowed},
      {make_2017, without(on_app_service_2017, "MSI_ENDPOINT"), "MSI_ENDPOINT",
       errc::invalid_configuration},
      {machine_learning::make_protocol, without(on_machine_learning, "MSI_SECRET"), "MSI_SECRET",
       errc::invalid_configuration},
      {machine_learning::make_protocol,
       having(on_machine_learning, "DEFAULT_IDENTITY_CLIENT_ID", std::string(65, 'c')),
       "DEFAULT_IDENTITY_CLIENT_ID", errc::invalid_configuration},
      {machine_learning::make_protocol,
       having(on_machine_learning, "DEFAULT_IDENTITY_CLIENT_ID", "${CLIENT_ID}"),
       "DEFAULT_IDENTITY_CLIENT_ID", errc::invalid_configuration},
      {make_2019, having(on_app_service, "IDENTITY_HEADER", std::string{secret_text} + "\xc3\xa9"),
       "IDENTITY_HEADER", errc::invalid_configuration},
      {make_2019, having(on_app_service, "IDENTITY_HEADER", std::string{secret_text} + "\x7f"),
       "IDENTITY_HEADER", errc::invalid_configuration},
      {make_2019, having(on_app_service, "IDENTITY_ENDPOINT", "\"http://127.0.0.1/token\""),
       "IDENTITY_ENDPOINT", errc::invalid_endpoint},
      {cloud_shell::make_protocol, having(on_cloud_shell, "MSI_ENDPOINT", "localhost/token"),
       "MSI_ENDPOINT", errc::invalid_endpoint},
      {service_fabric::make_protocol,
       having(on_service_fabric, "IDENTITY_ENDPOINT", "http://localhost:2377/token"),
       "IDENTITY_ENDPOINT", errc::endpoint_not_allowed},
      {service_fabric::make_protocol,
       having(on_service_fabric, "IDENTITY_SERVER_THUMBPRINT", "thumbprint"),
       "IDENTITY_SERVER_THUMBPRINT", errc::invalid_configuration},
      {service_fabric::make_protocol, without(on_service_fabric, "IDENTITY_HEADER"),
       "IDENTITY_HEADER", errc::invalid_configuration},
  };
  for (const auto& each : all) {
    CAPTURE(each.variable);
    const auto endpoint = each.make(each.where, {});
    // Service Fabric reports some of the problems when it encodes.
    const auto problem = endpoint ? problem_of(endpoint->encode(vault, {})) : problem_of(endpoint);
    CHECK(problem.code == each.code);
    CHECK(problem.message.find(each.variable) != std::string::npos);
  }
}

TEST_CASE("every response is a token, or an error with the host's own code and text") {
  struct host {
    maker make;
    host_environment where;
    std::string failure;
    std::string code;
  };
  const std::vector<host> all{
      {make_2019, on_app_service,
       R"({"statusCode":500,"message":"It broke","correlationId":"C-1"})", "500"},
      {make_2017, on_app_service_2017, R"({"error":"E1","error_description":"It broke"})", "E1"},
      {machine_learning::make_protocol, on_machine_learning,
       R"({"error":"E2","message":"It broke"})", "E2"},
      {cloud_shell::make_protocol, on_cloud_shell,
       R"({"error":{"code":"AudienceNotSupported","message":"It broke"}})", "AudienceNotSupported"},
      {service_fabric::make_protocol, on_service_fabric,
       R"({"error":{"correlationId":"C-1","code":"InternalServerError","message":"It broke"}})",
       "InternalServerError"}};
  for (const auto& each : all) {
    const auto endpoint = made(each.make, each.where);
    CAPTURE(endpoint.source);
    const auto answer = endpoint.decode(
        vault,
        {.status = 200, .headers = {}, .body = R"({"access_token":"T","expires_on":"1800003600"})"},
        now, 0);
    REQUIRE(answer);
    const auto& grant = std::get<token_grant>(*answer);
    CHECK(grant.token.reveal() == "T");
    CHECK(grant.expires_on == now + 1h);
    const auto failure = endpoint.decode(
        vault, {.status = 500, .headers = {}, .body = sensitive_string{each.failure}}, now, 0);
    REQUIRE_FALSE(failure);
    CHECK(failure.error().source == endpoint.source);
    CHECK(failure.error().http_status == 500);
    CHECK(failure.error().service_code == each.code);
    CHECK(to_string(failure.error()).find("It broke") != std::string::npos);
  }
}
}  // namespace host_protocols_test
