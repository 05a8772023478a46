// What `midas doctor` says of the identity, and how the program's commands choose it.
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/report.hpp"
#include <midas/simulated_host.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

examination examined_with_variable(const simulated_host& imds, const std::string& variable,
                                   token_request request = vault) {
  auto options =
      on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}, {"MANAGED_IDENTITY", variable}});
  options.identity_from_environment = true;
  return examine(std::move(request), options, 60s);
}

// The program with MANAGED_IDENTITY in its environment.
program_result run_with(const std::string& variable, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"MANAGED_IDENTITY=" + variable, MIDAS_PROGRAM});
  return run_program("/usr/bin/env", arguments);
}

}  // namespace

TEST_CASE("a report says which identity is used and what names it") {
  simulated_host imds;
  const auto id = sample_user_assigned_identity().client_id;
  const auto by_variable = examined_with_variable(imds, id);
  REQUIRE(by_variable.token);
  CHECK_THAT(to_text(by_variable),
             Contains("Identity: client id " + id + ", named by MANAGED_IDENTITY\n"));
  CHECK(member(to_json(by_variable), "identity") == "client id " + id);
  CHECK(member(to_json(by_variable), "identity_from") == "MANAGED_IDENTITY");

  const auto by_option = examined_with_variable(
      imds, id, {.identity = managed_identity::system_assigned(), .resource = vault_url});
  CHECK_THAT(to_text(by_option), Contains("Identity: system-assigned, named by an option\n"));

  const auto by_default =
      examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}), 60s);
  CHECK_THAT(to_text(by_default), Contains("Identity: system-assigned, since none is named\n"));
  CHECK(member(to_json(by_default), "identity_from") == "absent");
}

TEST_CASE("a report names the client id in AZURE_CLIENT_ID and says where it is from") {
  auto options = on({{"AZURE_TENANT_ID", "contoso"},
                     {"AZURE_CLIENT_ID", "6a5e3c1b-0000-1111-2222-333344445555"},
                     {"AZURE_FEDERATED_TOKEN_FILE", "/nonexistent"}});
  const std::string named = "client id 6a5e3c1b-0000-1111-2222-333344445555";
  for (const auto& identity : {managed_identity{}, managed_identity::system_assigned()}) {
    const auto result = examine({.identity = identity, .resource = vault_url}, options, 60s);
    CHECK_THAT(to_text(result),
               Contains("Identity: " + named + ", named by AZURE_CLIENT_ID\n") &&
                   Contains("Token: no, for https://vault.azure.net for " + named));
    CHECK(member(to_json(result), "identity") == named);
    CHECK(member(to_json(result), "identity_from") == "AZURE_CLIENT_ID");
  }
  const auto other = examine(
      {.identity = managed_identity::client_id("other"), .resource = vault_url}, options, 60s);
  CHECK_THAT(to_text(other), Contains("Identity: client id other, named by an option\n"));
  options.identity_from_environment = true;
  options.environment->push_back({"MANAGED_IDENTITY", "nonsense"});
  CHECK_THAT(to_text(examine(vault, options, 60s)),
             Contains("Identity: an unknown identity, named by MANAGED_IDENTITY\n"));
}

TEST_CASE("a report about an unusable MANAGED_IDENTITY names no identity, and nothing is sent") {
  simulated_host imds;
  const auto result = examined_with_variable(imds, "hidden");
  REQUIRE_FALSE(result.token);
  CHECK(result.exchanges.empty());
  const auto text = to_text(result);
  CHECK_THAT(text, Contains("Identity: an unknown identity, named by MANAGED_IDENTITY\n") &&
                       Contains("invalid_configuration: MANAGED_IDENTITY is not JSON") &&
                       Contains("ManagedIdentityIdType") && !Contains("hidden"));
}

TEST_CASE("midas token and doctor take the identity as JSON, before the variable") {
  simulated_host imds;
  const auto known =
      to_json(managed_identity::client_id(sample_user_assigned_identity().client_id));
  for (auto arguments : std::vector<std::vector<std::string>>{
           {"token", "--endpoint", imds.endpoint(), "--resource", vault_url},
           {"doctor", "--endpoint", imds.endpoint()}}) {
    CAPTURE(arguments.front());
    arguments.insert(arguments.end(), {"--managed-identity", known});
    CHECK(run_with("nonsense", arguments).exit_code == 0);
    arguments.back() = to_json(managed_identity::client_id("unknown"));
    CHECK(run_with(known, arguments).exit_code == 1);
    arguments.back() = R"({"ManagedIdentityIdType": "clientid", "Id": "x"})";
    const auto wrong = run_with(known, arguments);
    CHECK(wrong.exit_code == 2);
    CHECK_THAT(wrong.errors,
               Contains("--managed-identity") && Contains("has an unknown ManagedIdentityIdType"));
  }
}

TEST_CASE("midas token, doctor and load --target use the identity in MANAGED_IDENTITY") {
  simulated_host imds;
  const auto identity = managed_identity::client_id("6a5e3c1b-0000-1111-2222-333344445555");
  for (auto arguments : std::vector<std::vector<std::string>>{
           {"token", "--endpoint", imds.endpoint(), "--resource", vault_url},
           {"doctor", "--endpoint", imds.endpoint()},
           {"load", "--target", imds.endpoint(), "--callers", "1", "--once"}}) {
    CAPTURE(arguments.front());
    const auto unknown = run_with(to_json(identity), arguments);
    CHECK(unknown.exit_code == 1);
    CHECK(run_with(sample_user_assigned_identity().client_id, arguments).exit_code == 0);
    const auto wrong = run_with("nonsense", arguments);
    CHECK(wrong.exit_code != 0);
    CHECK_THAT(wrong.output + wrong.errors, Contains("MANAGED_IDENTITY is not JSON"));
    if (arguments.front() != "load") {
      arguments.emplace_back("--system-assigned");
      CHECK(run_with("nonsense", arguments).exit_code == 0);
    }
  }
}
