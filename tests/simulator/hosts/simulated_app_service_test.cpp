#include "simulator/hosts/simulated_app_service.hpp"

#include "messages/guid.hpp"
#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vault.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::simulator;
using namespace std::chrono_literals;

namespace {

const auto machine = sample_system_assigned_identity();

/// A correct request to one of the three hosts, with `more` after its query.
protocol_request app_service_request(const app_service_api& api, const std::string& more = {}) {
  return {.target = std::string(api.path) + "?api-version=" + std::string(api.version) +
                    "&resource=https%3A%2F%2Fvault.azure.net" + more,
          .fields = {{"Host", "127.0.0.1"}, {api.secret_field, "a secret"}}};
}

simulated_app_service served_app_service(const app_service_api& api,
                                         simulated_host_options options = {}) {
  options.secret = "a secret";
  return {api, std::move(options)};
}

/// "status: message" of an App Service error. Checks that its members agree with each other.
std::string app_service_complaint(const response& answer) {
  const auto json = parse_object(answer.body);
  INFO(answer.body);
  REQUIRE(json.MemberCount() == 3);
  CHECK(json["statusCode"].GetInt() == answer.status);
  CHECK(is_guid(text_of(json, "correlationId")));
  CHECK(field_of(answer, "X-CORRELATION-ID") == text_of(json, "correlationId"));
  return std::to_string(answer.status) + ": " + text_of(json, "message");
}

}  // namespace

TEST_CASE("App Service writes the expiry time as text, without a lifetime") {
  auto protocol = served_app_service(app_service_2019());
  const auto answer = app_service_request(app_service_2019()).ask(protocol);
  CHECK(owner_of(answer, vault_url) == machine.client_id);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "expires_on") == "1800086400");
  CHECK(text_of(json, "not_before") == "1799999700");
  CHECK(text_of(json, "resource") == vault_url);
  CHECK(text_of(json, "token_type") == "Bearer");
  CHECK(text_of(json, "client_id") == machine.client_id);
  CHECK_FALSE(json.HasMember("expires_in"));
}

TEST_CASE("App Service 2017 writes the expiry time as a date") {
  auto protocol = served_app_service(app_service_2017());
  const auto answer = app_service_request(app_service_2017()).ask(protocol);
  CHECK(owner_of(answer, vault_url) == machine.client_id);
  CHECK(text_of(parse_object(answer.body), "expires_on") == "01/16/2027 08:00:00 +00:00");
}

TEST_CASE("a variable of Machine Learning names the system-assigned identity") {
  auto protocol = served_app_service(machine_learning_api());
  CHECK(variable_of(protocol, "DEFAULT_IDENTITY_CLIENT_ID") == machine.client_id);
  const auto answer =
      app_service_request(machine_learning_api(), "&clientid=" + machine.client_id).ask(protocol);
  CHECK(owner_of(answer, vault_url) == machine.client_id);
  CHECK(text_of(parse_object(answer.body), "expires_on") == "1800086400");
}

TEST_CASE("Machine Learning without a system-assigned identity has no such variable") {
  simulated_host_options options;
  options.system_assigned.reset();
  const auto protocol = served_app_service(machine_learning_api(), options);
  CHECK(protocol.environment("http://127.0.0.1:1").size() == 2);
}

TEST_CASE("both versions of App Service have variables for their URL and their secret") {
  const auto modern = served_app_service(app_service_2019());
  CHECK(variable_of(modern, "IDENTITY_ENDPOINT") == "http://127.0.0.1:1/msi/token");
  CHECK(variable_of(modern, "IDENTITY_HEADER") == "a secret");
  const auto old = served_app_service(app_service_2017());
  CHECK(variable_of(old, "MSI_ENDPOINT") == "http://127.0.0.1:1/msi/token");
  CHECK(variable_of(old, "MSI_SECRET") == "a secret");
  CHECK(old.environment("http://127.0.0.1:1").size() == 2);
}

TEST_CASE("App Service finds a user-assigned identity by all its ids") {
  const auto& api = app_service_2019();
  auto protocol = served_app_service(api);
  const auto owner = [&](const std::string& more) {
    return owner_of(app_service_request(api, more).ask(protocol), vault_url);
  };
  CHECK(owner("&client_id=" + user_assigned.client_id) == user_assigned.client_id);
  CHECK(owner("&object_id=" + user_assigned.object_id) == user_assigned.client_id);
  CHECK(owner("&principal_id=" + user_assigned.object_id) == user_assigned.client_id);
  CHECK(owner("&mi_res_id=" + user_assigned.resource_id) == user_assigned.client_id);
  // The parameters of other hosts are ignored.
  CHECK(owner("&clientid=" + user_assigned.client_id) == machine.client_id);
  CHECK(owner("&msi_res_id=" + user_assigned.resource_id) == machine.client_id);
}

TEST_CASE("App Service 2017 and Machine Learning use the older name of the client id") {
  for (const auto* api : {&app_service_2017(), &machine_learning_api()}) {
    auto protocol = served_app_service(*api);
    CHECK(owner_of(app_service_request(*api, "&clientid=" + user_assigned.client_id).ask(protocol),
                   vault_url) == user_assigned.client_id);
    CHECK(owner_of(app_service_request(*api, "&client_id=" + user_assigned.client_id).ask(protocol),
                   vault_url) == machine.client_id);
  }
}

TEST_CASE("App Service refuses a request without the secret or with a wrong one") {
  const auto& api = app_service_2019();
  auto protocol = served_app_service(api);
  auto request = app_service_request(api);
  const std::string expected =
      "401: The value of the header X-IDENTITY-HEADER is missing or wrong.";
  request.fields = {{"Metadata", "true"}};
  CHECK(app_service_complaint(request.ask(protocol)) == expected);
  request.fields = {{"X-IDENTITY-HEADER", "a secret "}};
  CHECK(app_service_complaint(request.ask(protocol)) == expected);
  request.fields = {{"X-IDENTITY-HEADER", ""}};
  CHECK(app_service_complaint(request.ask(protocol)) == expected);
  request.fields = {{"secret", "a secret"}};
  CHECK(app_service_complaint(request.ask(protocol)) == expected);
  request.fields = {{"x-identity-header", "a secret"}};
  CHECK(request.ask(protocol).status == 200);
}

TEST_CASE("App Service refuses an identity that the application does not have") {
  const auto& api = app_service_2019();
  auto protocol = served_app_service(api);
  const std::string expected = "400: Unable to load the proper Managed Identity.";
  const std::string other = "00000000-0000-0000-0000-000000000000";
  CHECK(app_service_complaint(app_service_request(api, "&client_id=" + other).ask(protocol)) ==
        expected);
  CHECK(app_service_complaint(app_service_request(api, "&mi_res_id=nonsense").ask(protocol)) ==
        expected);
  CHECK(app_service_complaint(app_service_request(api, "&client_id=" + user_assigned.client_id +
                                                           "&object_id=" + user_assigned.object_id)
                                  .ask(protocol)) == expected);
  simulated_host_options options;
  options.system_assigned.reset();
  options.user_assigned.clear();
  auto without_identity = served_app_service(api, options);
  CHECK(app_service_complaint(app_service_request(api).ask(without_identity)) == expected);
}

TEST_CASE("App Service refuses other versions and requests without a resource") {
  const auto& api = app_service_2019();
  auto protocol = served_app_service(api);
  auto request = app_service_request(api);
  for (const auto* query : {"?resource=https://vault.azure.net",
                            "?api-version=2017-09-01&resource=https://vault.azure.net",
                            "?api-version=&resource=https://vault.azure.net"}) {
    request.target = "/msi/token" + std::string(query);
    CHECK(app_service_complaint(request.ask(protocol)) ==
          "400: The supported api-version is 2019-08-01.");
  }
  for (const auto* query : {"?api-version=2019-08-01", "?api-version=2019-08-01&resource="}) {
    request.target = "/msi/token" + std::string(query);
    CHECK(app_service_complaint(request.ask(protocol)) ==
          "400: The parameter 'resource' is missing.");
  }
  request.target = "/msi/token?resource=%zz";
  CHECK(app_service_complaint(request.ask(protocol)) == "400: The query string is malformed.");
  request.target = "/msi/token?api-version=2019-08-01&resource=vault";
  CHECK(app_service_complaint(request.ask(protocol))
            .find("400: AADSTS500011: The resource principal named "
                  "vault was not found") == 0);
}

TEST_CASE("App Service answers GET requests to one path") {
  const auto& api = app_service_2019();
  auto protocol = served_app_service(api);
  auto request = app_service_request(api);
  request.method = "POST";
  CHECK(app_service_complaint(request.ask(protocol)).find("405") == 0);
  CHECK(field_of(request.ask(protocol), "Allow") == "GET");
  request.target = "/metadata/identity/oauth2/token";
  CHECK(app_service_complaint(request.ask(protocol)).find("404") == 0);
}

TEST_CASE("Machine Learning answers errors with a code and a message") {
  const auto& api = machine_learning_api();
  auto protocol = served_app_service(api);
  auto request = app_service_request(api);
  request.fields.clear();
  const auto answer = request.ask(protocol);
  CHECK(answer.status == 401);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "error") == "unauthorized");
  CHECK(text_of(json, "message") == "The value of the header secret is missing or wrong.");
  CHECK(json.MemberCount() == 2);
}

TEST_CASE("the latency applies only to App Service's token path") {
  simulated_host_options options;
  options.latency = 50ms;
  auto protocol = served_app_service(app_service_2019(), options);
  auto request = app_service_request(app_service_2019());
  CHECK(request.ask(protocol).delay == 50ms);
  CHECK(request.ask(protocol).token_request);
  request.fields.clear();
  CHECK(request.ask(protocol).delay == 50ms);
  request.target = "/elsewhere";
  CHECK(request.ask(protocol).delay == 0ms);
  CHECK_FALSE(request.ask(protocol).token_request);
}
