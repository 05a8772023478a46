#include "simulator/hosts/simulated_service_fabric.hpp"

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

namespace {

protocol_request service_fabric_request(const std::string& more = {}) {
  return {.target =
              "/metadata/identity/oauth2/token?api-version=2019-07-01-preview"
              "&resource=https%3A%2F%2Fvault.azure.net" +
              more,
          .fields = {{"secret", "a secret"}}};
}

simulated_service_fabric served_service_fabric(simulated_host_options options = {}) {
  options.secret = "a secret";
  return {std::move(options), "ABCD"};
}

/// "status code: message".
std::string service_fabric_complaint(const response& answer) {
  INFO(answer.body);
  const auto json = parse_object(answer.body);
  REQUIRE(json["error"].IsObject());
  CHECK(is_guid(text_of(json["error"], "correlationId")));
  return std::to_string(answer.status) + " " + text_of(json["error"], "code") + ": " +
         text_of(json["error"], "message");
}

}  // namespace

TEST_CASE("Service Fabric writes the expiry time as a number") {
  auto protocol = served_service_fabric();
  const auto answer = service_fabric_request().ask(protocol);
  CHECK(owner_of(answer, vault_url) == sample_system_assigned_identity().client_id);
  const auto json = parse_object(answer.body);
  CHECK(json["expires_on"].GetInt64() == 1'800'086'400);
  CHECK(text_of(json, "token_type") == "Bearer");
  CHECK(text_of(json, "resource") == vault_url);
  CHECK(json.MemberCount() == 4);
}

TEST_CASE("the variables of Service Fabric are its URL, its secret and its thumbprint") {
  const auto protocol = served_service_fabric();
  CHECK(variable_of(protocol, "IDENTITY_ENDPOINT") ==
        "http://127.0.0.1:1/metadata/identity/oauth2/token");
  CHECK(variable_of(protocol, "IDENTITY_HEADER") == "a secret");
  CHECK(variable_of(protocol, "IDENTITY_SERVER_THUMBPRINT") == "ABCD");
}

TEST_CASE("Service Fabric accepts both published versions and the parameters of newer clients") {
  auto protocol = served_service_fabric();
  CHECK(service_fabric_request("&xms_cc=cp1&token_sha256_to_refresh=00").ask(protocol).status ==
        200);
  auto request = service_fabric_request();
  request.target =
      "/metadata/identity/oauth2/token?api-version=2020-05-01&resource=https%3A%2F%2Fa.test";
  CHECK(owner_of(request.ask(protocol), "https://a.test") ==
        sample_system_assigned_identity().client_id);
}

TEST_CASE("a request to Service Fabric selects an identity by its object id") {
  auto protocol = served_service_fabric();
  CHECK(owner_of(service_fabric_request("&principalId=" + sample_user_assigned_identity().object_id)
                     .ask(protocol),
                 vault_url) == sample_user_assigned_identity().client_id);
  for (const auto* id : {"5151a7ed-0000-4000-8000-000000000099", ""}) {
    CHECK(service_fabric_complaint(
              service_fabric_request(std::string{"&principalId="} + id).ask(protocol))
              .find("404 ManagedIdentityNotFound: ") == 0);
  }
}

TEST_CASE("a request to Service Fabric cannot select the identity by its client id") {
  auto protocol = served_service_fabric();
  CHECK(owner_of(service_fabric_request("&client_id=" + sample_user_assigned_identity().client_id)
                     .ask(protocol),
                 vault_url) == sample_system_assigned_identity().client_id);
  simulated_host_options options;
  options.system_assigned.reset();
  auto user_assigned = served_service_fabric(options);
  CHECK(owner_of(service_fabric_request().ask(user_assigned), vault_url) ==
        sample_user_assigned_identity().client_id);
}

TEST_CASE("Service Fabric distinguishes a missing secret from an unknown one") {
  auto protocol = served_service_fabric();
  auto request = service_fabric_request();
  request.fields.clear();
  CHECK(service_fabric_complaint(request.ask(protocol)) ==
        "400 SecretHeaderNotFound: The header 'secret' is missing.");
  request.fields = {{"Secret", "another"}};
  CHECK(service_fabric_complaint(request.ask(protocol)).find("404 ManagedIdentityNotFound: ") == 0);
}

TEST_CASE("Service Fabric answers errors with its own codes") {
  auto protocol = served_service_fabric();
  auto request = service_fabric_request();
  const std::string path = "/metadata/identity/oauth2/token?";
  const auto complaint = [&](const std::string& target) {
    request.target = target;
    return service_fabric_complaint(request.ask(protocol));
  };
  CHECK(complaint(path + "resource=https://a.test").find("400 InvalidApiVersion: ") == 0);
  CHECK(complaint(path + "api-version=2018-02-01&resource=https://a.test")
            .find("400 InvalidApiVersion: ") == 0);
  CHECK(complaint(path + "api-version=2020-05-01").find("400 ArgumentNullOrEmpty: ") == 0);
  CHECK(complaint(path + "api-version=2020-05-01&resource=").find("400 ArgumentNullOrEmpty: ") ==
        0);
  CHECK(complaint(path + "api-version=2020-05-01&resource=a").find("AADSTS500011") !=
        std::string::npos);
  CHECK(complaint(path + "resource=%2").find("400 InvalidQueryString: ") == 0);
  CHECK(complaint("/elsewhere").find("404 NotFound: ") == 0);
  request.method = "POST";
  CHECK(complaint(path).find("405 MethodNotAllowed: ") == 0);
}

TEST_CASE("a Service Fabric application without a default identity gets an error") {
  simulated_host_options options;
  options.system_assigned.reset();
  options.user_assigned.clear();
  auto without_identity = served_service_fabric(options);
  CHECK(service_fabric_complaint(service_fabric_request().ask(without_identity))
            .find("404 ManagedIdentityNotFound: ") == 0);
  options.user_assigned = {sample_user_assigned_identity(), sample_system_assigned_identity()};
  auto several = served_service_fabric(options);
  CHECK(service_fabric_complaint(service_fabric_request().ask(several))
            .find("404 ManagedIdentityNotFound: ") == 0);
}
