#include "simulator/hosts/simulated_cloud_shell.hpp"

#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vault.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::simulator;

namespace {

protocol_request cloud_shell_request() {
  return {.method = "POST",
          .target = "/oauth2/token",
          .fields = {{"Metadata", "true"}, {"Content-Type", "application/x-www-form-urlencoded"}},
          .body = "resource=https%3A%2F%2Fvault.azure.net"};
}

/// "status code: message".
std::string cloud_shell_complaint(const response& answer) {
  INFO(answer.body);
  const auto json = parse_object(answer.body);
  REQUIRE(json["error"].IsObject());
  return std::to_string(answer.status) + " " + text_of(json["error"], "code") + ": " +
         text_of(json["error"], "message");
}

}  // namespace

TEST_CASE("Cloud Shell expects the resource in a form and answers as IMDS does") {
  simulated_cloud_shell protocol({});
  const auto answer = cloud_shell_request().ask(protocol);
  CHECK(owner_of(answer, vault_url) == sample_system_assigned_identity().client_id);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "expires_in") == "86400");
  CHECK(text_of(json, "expires_on") == "1800086400");
  CHECK(variable_of(protocol, "MSI_ENDPOINT") == "http://127.0.0.1:1/oauth2/token");
  CHECK(protocol.environment("http://127.0.0.1:1").size() == 1);
}

TEST_CASE("Cloud Shell accepts the content type of a form in any case and with a character set") {
  simulated_cloud_shell protocol({});
  auto request = cloud_shell_request();
  request.fields[1].value = "Application/X-www-form-urlencoded;charset=utf-8";
  CHECK(request.ask(protocol).status == 200);
}

TEST_CASE("Cloud Shell refuses a body that is not a form with a resource") {
  simulated_cloud_shell protocol({});
  auto request = cloud_shell_request();
  request.body = "";
  CHECK(cloud_shell_complaint(request.ask(protocol)) ==
        "400 InvalidRequest: The parameter 'resource' is missing from the body.");
  request.body = "resource=";
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("'resource' is missing") !=
        std::string::npos);
  request.body = "resource=%";
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("The body must be a form") !=
        std::string::npos);
  request = cloud_shell_request();
  request.fields = {{"Metadata", "true"}, {"Content-Type", "application/json"}};
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("The body must be a form") !=
        std::string::npos);
  request.fields = {{"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("'Metadata: true'") != std::string::npos);
}

TEST_CASE("Cloud Shell answers POST requests to one path") {
  simulated_cloud_shell protocol({});
  auto request = cloud_shell_request();
  request.method = "GET";
  request.target = "/oauth2/token?resource=https%3A%2F%2Fvault.azure.net";
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("405 MethodNotAllowed: ") == 0);
  CHECK(field_of(request.ask(protocol), "Allow") == "POST");
  request.target = "/msi/token";
  CHECK(cloud_shell_complaint(request.ask(protocol)).find("404 NotFound: ") == 0);
}

TEST_CASE("Cloud Shell names the audience that it does not support") {
  simulated_cloud_shell protocol({});
  auto request = cloud_shell_request();
  request.body = "resource=vault";
  CHECK(cloud_shell_complaint(request.ask(protocol)) ==
        "400 AudienceNotSupported: The audience vault is not supported.");
}
