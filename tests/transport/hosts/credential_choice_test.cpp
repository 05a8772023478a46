// AZURE_TOKEN_CREDENTIALS chooses between workload identity and managed identity.
#include "transport/hosts/credential_choice.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/hosts/host_environments.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace credential_choice_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::EndsWith;

namespace {

using host = identity_host;

const variables none{};
const variables of_pod{{"AZURE_TENANT_ID", "SECRET-1"},
                       {"AZURE_CLIENT_ID", "SECRET-2"},
                       {"AZURE_FEDERATED_TOKEN_FILE", "SECRET-3"}};
const variables of_app_service{{"IDENTITY_ENDPOINT", "SECRET-4"}, {"IDENTITY_HEADER", "SECRET-5"}};

variables both() {
  auto result = of_pod;
  result.insert(of_app_service.begin(), of_app_service.end());
  return result;
}

host_environment choosing(sensitive_string credential, variables set) {
  set.emplace("AZURE_TOKEN_CREDENTIALS", std::move(credential));
  return {.variables = std::move(set)};
}

bool remarks_on_credentials(const host_detection& detection) {
  return std::ranges::any_of(detection.remarks, [](const std::string& each) {
    return each.find("AZURE_TOKEN_CREDENTIALS") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("AZURE_TOKEN_CREDENTIALS chooses between workload identity and managed identity") {
  const auto [credential, set, chosen, reason] =
      GENERATE(table<std::string, variables, host, std::string>({
          {"WorkloadIdentityCredential", both(), host::workload_identity,
           "Workload identity was chosen because AZURE_TENANT_ID, AZURE_CLIENT_ID and "
           "AZURE_FEDERATED_TOKEN_FILE are set; AZURE_TOKEN_CREDENTIALS is "
           "WorkloadIdentityCredential"},
          {"ManagedIdentityCredential", both(), host::app_service,
           "App Service was chosen because IDENTITY_ENDPOINT and IDENTITY_HEADER are set; "
           "Workload identity was ignored because AZURE_TOKEN_CREDENTIALS is "
           "ManagedIdentityCredential"},
          {"ManagedIdentityCredential", of_pod, host::imds,
           "IMDS was assumed because no variable names another host; Workload identity was "
           "ignored because AZURE_TOKEN_CREDENTIALS is ManagedIdentityCredential"},
          {"managedidentitycredential", of_pod, host::imds,
           "IMDS was assumed because no variable names another host; Workload identity was "
           "ignored because AZURE_TOKEN_CREDENTIALS is ManagedIdentityCredential"},
          {" MANAGEDIDENTITYCREDENTIAL\r\n", of_app_service, host::app_service,
           "App Service was chosen because IDENTITY_ENDPOINT and IDENTITY_HEADER are set; "
           "AZURE_TOKEN_CREDENTIALS is ManagedIdentityCredential"},
      }));
  const auto environment = choosing(sensitive_string{credential}, set);
  const auto detection = detect_host(environment);
  REQUIRE(detection.host);
  CHECK(*detection.host == chosen);
  CHECK(detection.reason == reason);
  CHECK(detection.findings.back().matched);
  CHECK(detection.findings.back().host == chosen);
  // The variables of the hosts that it passes over are not remarked on.
  CHECK(detection.remarks.empty());
}

TEST_CASE("a host that AZURE_TOKEN_CREDENTIALS passes over is listed with that evidence") {
  const auto detection = detect_host(choosing("ManagedIdentityCredential", of_pod));
  const auto& passed = detection.findings.front();
  CHECK(passed.host == host::workload_identity);
  CHECK_FALSE(passed.matched);
  CHECK(passed.evidence.back() == host_evidence{.subject = "AZURE_TOKEN_CREDENTIALS",
                                                .found = "set to ManagedIdentityCredential",
                                                .present = false});
}

TEST_CASE("a credential whose variables are incomplete leaves the choice to the other hosts") {
  const auto detection = detect_host(choosing("WorkloadIdentityCredential", of_app_service));
  REQUIRE(detection.host);
  CHECK(*detection.host == host::app_service);
  const std::string remark =
      "AZURE_TOKEN_CREDENTIALS is WorkloadIdentityCredential, but has no effect without "
      "AZURE_TENANT_ID";
  CHECK(detection.remarks == std::vector<std::string>{remark});
  CHECK_THAT(detection.reason, EndsWith("; " + remark));
}

TEST_CASE("an option takes precedence over AZURE_TOKEN_CREDENTIALS") {
  const auto by_host =
      detect_host(choosing("ManagedIdentityCredential", of_pod), host::workload_identity);
  CHECK(*by_host.host == host::workload_identity);
  CHECK(by_host.reason == "Workload identity was chosen by the host option");
  CHECK(by_host.remarks ==
        std::vector<std::string>{"AZURE_TOKEN_CREDENTIALS is ManagedIdentityCredential, but the "
                                 "host option takes precedence"});
  const auto by_endpoint =
      detect_host(choosing("WorkloadIdentityCredential", none), {}, "http://127.0.0.1:1");
  CHECK(*by_endpoint.host == host::imds);
  CHECK(by_endpoint.remarks ==
        std::vector<std::string>{"AZURE_TOKEN_CREDENTIALS is WorkloadIdentityCredential, but the "
                                 "endpoint option takes precedence"});
  CHECK_FALSE(
      remarks_on_credentials(detect_host(choosing("ManagedIdentityCredential", none), host::imds)));
}

TEST_CASE("other values of AZURE_TOKEN_CREDENTIALS have no effect, and are remarked on") {
  const auto [value, remark] = GENERATE(table<std::string, std::string>({
      {"prod",
       "AZURE_TOKEN_CREDENTIALS is prod, which stands for both workload identity and managed "
       "identity, so it has no effect"},
      {"DEV",
       "AZURE_TOKEN_CREDENTIALS is dev, which stands for the credentials of developer tools, which "
       "midas does not have, so it has no effect"},
      {"azureclicredential",
       "AZURE_TOKEN_CREDENTIALS is AzureCliCredential, which stands for a credential that midas "
       "does not have, so it has no effect"},
      {"SECRET-6",
       "AZURE_TOKEN_CREDENTIALS has an unknown value, which has no effect; "
       "only WorkloadIdentityCredential and ManagedIdentityCredential have one"},
      {"ManagedIdentityCredential2",
       "AZURE_TOKEN_CREDENTIALS has an unknown value, which has no effect; "
       "only WorkloadIdentityCredential and ManagedIdentityCredential have one"},
  }));
  const auto detection = detect_host(choosing(sensitive_string{value}, of_pod));
  REQUIRE(detection.host);
  CHECK(*detection.host == host::workload_identity);
  CHECK(detection.remarks == std::vector<std::string>{remark});
  CHECK(detection.reason == detect_host({.variables = of_pod}).reason);
}

TEST_CASE("an empty AZURE_TOKEN_CREDENTIALS counts as not set") {
  const auto detection = detect_host(choosing(" ", of_pod));
  CHECK(*detection.host == host::workload_identity);
  CHECK(detection.remarks.empty());
}

TEST_CASE("the environment of a process includes AZURE_TOKEN_CREDENTIALS") {
  CHECK(std::ranges::count(identity_variables(), credentials_variable) == 1);
}

}  // namespace credential_choice_test
