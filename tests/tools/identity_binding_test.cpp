// AKS identity bindings from end to end: the program, a token service, and midas doctor, against
// the simulated token proxy.
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/file_text.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tools/doctor/report.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const token_request fresh_token{.resource = "https://vault.azure.net", .force_refresh = true};

simulated_host_options token_proxy() {
  simulated_host_options options;
  options.host = identity_host::workload_identity;
  options.identity_binding = true;
  return options;
}

std::map<std::string, std::string, std::less<>> variables_of(const simulated_host& host) {
  std::map<std::string, std::string, std::less<>> result;
  for (const auto& each : host.environment()) {
    result[each.name] = each.value;
  }
  return result;
}

token_service_options bound_to(std::map<std::string, std::string, std::less<>> variables) {
  auto options = on(variables);
  options.identity_binding = true;
  options.max_retries = 0;
  options.negative_cache_ttl = 0ms;
  return options;
}

void write(const std::string& path, const std::string& content) {
  std::ofstream{path, std::ios::trunc} << content;
}

program_result run_in(const std::map<std::string, std::string, std::less<>>& variables,
                      const std::vector<std::string>& arguments) {
  unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
  for (const auto& [name, value] : variables) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  auto result = run_program(MIDAS_PROGRAM, arguments);
  for (const auto& [name, value] : variables) {
    unsetenv(name.c_str());
  }
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  return result;
}

const std::vector<std::string> raw_token{"token",    "--resource", "https://vault.azure.net",
                                         "--output", "raw",        "--no-retries"};

std::vector<std::string> operator+(std::vector<std::string> arguments, const std::string& more) {
  arguments.push_back(more);
  return arguments;
}

}  // namespace

TEST_CASE("midas token --identity-binding gets a token from the token proxy") {
  running_program simulator{
      MIDAS_PROGRAM,
      {"simulate", "--host", "workload-identity", "--identity-binding", "--print-env", "json"}};
  const auto document = parsed(simulator.read_line());
  std::map<std::string, std::string, std::less<>> variables;
  for (const auto& each : document.GetObject()) {
    variables[each.name.GetString()] = each.value.GetString();
  }
  // The proxy is reached directly.
  variables["HTTPS_PROXY"] = "http://127.0.0.1:9";
  const auto bound = run_in(variables, raw_token + "--identity-binding");
  CHECK(bound.exit_code == 0);
  CHECK(bound.errors.empty());
  CHECK_THAT(bound.output, StartsWith("ey"));
  // Without the option the federated token does not go there, but to AZURE_AUTHORITY_HOST, which
  // refuses a client that asks for no name.
  const auto unbound = run_in(variables, raw_token);
  CHECK(unbound.exit_code == 1);
  CHECK_THAT(unbound.errors, Contains("no TLS connection to " + variables["AZURE_AUTHORITY_HOST"]));
}

TEST_CASE("midas simulate replaces the authority of the token proxy at the given interval") {
  running_program simulator{MIDAS_PROGRAM,
                            {"simulate", "--host", "workload-identity", "--identity-binding",
                             "--rotate-authority", "20ms", "--print-env", "json"}};
  const auto document = parsed(simulator.read_line());
  const std::string file = document["AZURE_KUBERNETES_CA_FILE"].GetString();
  const auto before = file_text(file);
  while (file_text(file) == before) {
  }
  CHECK_THAT(file_text(file), StartsWith("-----BEGIN CERTIFICATE-----"));
  CHECK(simulator.stop(SIGTERM).exit_code == 0);
}

TEST_CASE("midas simulate announces how to use the token proxy") {
  running_program simulator{MIDAS_PROGRAM,
                            {"simulate", "--host", "workload-identity", "--identity-binding"}};
  std::string text;
  for (std::string line; line != "Press Ctrl-C to stop.";) {
    line = simulator.read_line();
    text += line + "\n";
  }
  CHECK_THAT(text, Contains("midas token --host workload-identity --identity-binding --resource"));
  CHECK_THAT(text, Contains("--connect-to ::127.0.0.1:") && !Contains("once the system trusts"));
  CHECK_THAT(text, !Contains("thumbprint"));
}

TEST_CASE("a service follows the replacement of the token proxy's authority") {
  simulated_host host{token_proxy()};
  token_service tokens{bound_to(variables_of(host))};
  REQUIRE(tokens.get(fresh_token, 30s));
  REQUIRE(tokens.get(fresh_token, 30s));
  CHECK(host.statistics().connections == 1);
  const auto& file = host.certificate_file();

  // In the middle of a rotation the file is empty.
  write(file, "");
  REQUIRE(tokens.get(fresh_token, 30s));
  CHECK(host.statistics().connections == 1);

  host.rotate_authority();
  REQUIRE(tokens.get(fresh_token, 30s));
  CHECK(host.statistics().connections == 2);

  // Another authority vouches neither for the certificate nor for a connection that is open.
  const simulated_host other{token_proxy()};
  write(file, file_text(other.certificate_file()));
  const auto refused = tokens.get(fresh_token, 30s);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unreachable);
  CHECK_THAT(refused.error().advice, Contains("AZURE_KUBERNETES_CA_FILE"));
}

TEST_CASE("a service without the authority's file reports it, and recovers when the file exists") {
  const simulated_host host{token_proxy()};
  const temporary_file empty;
  auto variables = variables_of(host);
  variables["AZURE_KUBERNETES_CA_FILE"] = empty.path();
  token_service tokens{bound_to(variables)};
  const auto before = tokens.get(fresh_token, 30s);
  REQUIRE_FALSE(before);
  CHECK(before.error().code == errc::invalid_configuration);
  CHECK_THAT(before.error().message, Contains(empty.path()));
  CHECK(host.statistics().connections == 0);
  write(empty.path(), file_text(host.certificate_file()));
  CHECK(tokens.get(fresh_token, 30s));
}

TEST_CASE("a service trusts the authority in AZURE_KUBERNETES_CA_DATA and no other") {
  const simulated_host host{token_proxy()};
  const simulated_host other{token_proxy()};
  auto variables = variables_of(host);
  variables.erase("AZURE_KUBERNETES_CA_FILE");
  variables["AZURE_KUBERNETES_CA_DATA"] = file_text(host.certificate_file());
  CHECK(token_service{bound_to(variables)}.get(fresh_token, 30s));
  variables["AZURE_KUBERNETES_CA_DATA"] = file_text(other.certificate_file());
  CHECK(token_service{bound_to(variables)}.get(fresh_token, 30s).error().code == errc::unreachable);
  variables["AZURE_KUBERNETES_CA_DATA"] = file_text(host.certificate_file());
  variables["AZURE_KUBERNETES_SNI_NAME"] = "other.invalid";
  CHECK(token_service{bound_to(variables)}.get(fresh_token, 30s).error().code == errc::unreachable);
}

TEST_CASE("a report says that the variables of identity bindings are there and not used") {
  const simulated_host host{token_proxy()};
  auto options = bound_to(variables_of(host));
  options.identity_binding = false;
  const auto result = examine(fresh_token, options, 30s);
  CHECK_FALSE(result.token);
  const auto* const remark = "AZURE_KUBERNETES_TOKEN_PROXY is not used: identity bindings are off";
  CHECK_THAT(to_text(result), Contains("Identity binding: " + std::string{remark}) &&
                                  Contains("- If the pod's identity is bound by AKS, turn identity "
                                           "bindings on: --identity-binding"));
  CHECK_THAT(parsed(to_json(result))["identity_binding"].GetString(), Contains(remark));
}

TEST_CASE("a report says once that identity bindings are off when Entra refuses the exchange") {
  simulated_host_options entra;
  entra.host = identity_host::workload_identity;
  entra.plain_http = true;
  const simulated_host host{entra};
  auto variables = variables_of(host);
  variables["AZURE_KUBERNETES_TOKEN_PROXY"] = "https://proxy.invalid";
  variables["AZURE_CLIENT_ID"] = "00000000-0000-0000-0000-000000000001";
  auto options = bound_to(variables);
  options.identity_binding = false;
  options.allow_insecure_endpoint = true;
  const auto result = examine(fresh_token, options, 30s);
  REQUIRE_FALSE(result.token);
  CHECK_THAT(result.token.error().advice, Contains("identity bindings are off. If the pod's"));
  const auto text = to_text(result);
  for (const std::string once : {"identity bindings are off", "If the pod's identity is bound"}) {
    CHECK_THAT(text, Contains(once));
    CHECK(text.find(once) == text.rfind(once));
  }
  CHECK_THAT(text, Contains("- Check AZURE_CLIENT_ID and AZURE_TENANT_ID: the tenant has no such "
                            "client\n"));
}

TEST_CASE("a report on an identity binding names the token proxy and how it is reached") {
  const simulated_host host{token_proxy()};
  auto variables = variables_of(host);
  variables["HTTPS_PROXY"] = "http://127.0.0.1:9";
  const auto result = examine(fresh_token, bound_to(variables), 30s);
  CHECK(result.token);
  const auto text = to_text(result);
  CHECK_THAT(text, Contains("Host: Workload identity at " + host.endpoint()));
  CHECK_THAT(text, Contains("; its address is that in AZURE_KUBERNETES_TOKEN_PROXY\n"));
  CHECK_THAT(text,
             Contains("HTTPS_PROXY is not used: AZURE_KUBERNETES_TOKEN_PROXY is reached directly"));
  CHECK_THAT(text, Contains("Identity binding: The federated token goes to "
                            "AZURE_KUBERNETES_TOKEN_PROXY instead of Microsoft Entra ID; the "
                            "certificate there must be for the name in AZURE_KUBERNETES_SNI_NAME, "
                            "by an authority in AZURE_KUBERNETES_CA_FILE\n"));
}

TEST_CASE("a report says which variables of an identity binding are missing or contradictory") {
  const simulated_host host{token_proxy()};
  auto variables = variables_of(host);
  variables.erase("AZURE_KUBERNETES_TOKEN_PROXY");
  const auto stray = examine(fresh_token, bound_to(variables), 30s);
  REQUIRE_FALSE(stray.token);
  CHECK(stray.token.error().code == errc::invalid_configuration);
  CHECK_THAT(to_text(stray), Contains("AZURE_KUBERNETES_SNI_NAME is set, but "
                                      "AZURE_KUBERNETES_TOKEN_PROXY is not") &&
                                 Contains("nothing was sent") && !Contains("Identity binding:"));
  variables.erase("AZURE_KUBERNETES_SNI_NAME");
  variables.erase("AZURE_KUBERNETES_CA_FILE");
  CHECK_THAT(to_text(examine(fresh_token, bound_to(variables), 30s)),
             Contains("Identity binding: The identity_binding option has no effect without "
                      "AZURE_KUBERNETES_TOKEN_PROXY"));
  variables["AZURE_KUBERNETES_TOKEN_PROXY"] = host.endpoint();
  variables["AZURE_KUBERNETES_CA_FILE"] = "/a";
  variables["AZURE_KUBERNETES_CA_DATA"] = "b";
  CHECK_THAT(to_text(examine(fresh_token, bound_to(variables), 30s)),
             Contains("AZURE_KUBERNETES_CA_FILE and AZURE_KUBERNETES_CA_DATA are both set"));
}
