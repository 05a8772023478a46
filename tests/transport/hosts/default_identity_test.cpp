// The identity that the environment of a host names for requests that leave it to the host.
#include "tests/support/catch.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace default_identity_test {

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;

namespace {

const decltype(host_environment::variables) of_compute{{"MSI_ENDPOINT", "http://127.0.0.1:1/token"},
                                                       {"MSI_SECRET", "hidden"}};

host_protocol protocol_at(identity_host host, decltype(host_environment::variables) variables) {
  auto result = make_protocol(host, {.variables = std::move(variables)}, {});
  REQUIRE(result);
  return *std::move(result);
}

host_protocol with_federated_token() {
  return protocol_at(identity_host::workload_identity, {{"AZURE_TENANT_ID", "contoso"},
                                                        {"AZURE_CLIENT_ID", "the-client"},
                                                        {"AZURE_FEDERATED_TOKEN_FILE", "/token"}});
}

std::string message_of_refusal(const host_protocol& host, const managed_identity& identity) {
  http_response response;
  response.status = 400;
  response.body = R"({"error":"invalid_request","error_description":"no"})";
  const auto answer =
      host.decode({.identity = identity, .resource = "https://vault.azure.net"}, response, {}, 0);
  REQUIRE_FALSE(answer);
  return answer.error().message;
}

}  // namespace

TEST_CASE("the client id in a host's own variable is its default identity") {
  const auto of_federation = with_federated_token().default_identity;
  REQUIRE(of_federation);
  CHECK(of_federation->identity == managed_identity::client_id("the-client"));
  CHECK(of_federation->variable == "AZURE_CLIENT_ID");

  auto variables = of_compute;
  variables["DEFAULT_IDENTITY_CLIENT_ID"] = "the-default";
  const auto named = protocol_at(identity_host::machine_learning, variables).default_identity;
  REQUIRE(named);
  CHECK(named->identity == managed_identity::client_id("the-default"));
  CHECK(named->variable == "DEFAULT_IDENTITY_CLIENT_ID");
}

TEST_CASE("a host without such a variable has no default identity") {
  CHECK_FALSE(protocol_at(identity_host::machine_learning, of_compute).default_identity);
  CHECK_FALSE(protocol_at(identity_host::imds, {}).default_identity);
}

TEST_CASE("an error names the default identity, or the one that the request names") {
  const auto host = with_federated_token();
  for (const auto& unnamed : {managed_identity{}, managed_identity::system_assigned()}) {
    CHECK_THAT(message_of_refusal(host, unnamed),
               Contains("for client id the-client, named by AZURE_CLIENT_ID"));
  }
  CHECK_THAT(message_of_refusal(host, managed_identity::client_id("other")),
             Contains("for client id other") && !Contains("AZURE_CLIENT_ID"));
}

}  // namespace default_identity_test
