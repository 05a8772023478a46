// Workload identity with an identity binding: where the federated token goes.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tls_server.hpp"
#include "transport/hosts/identity_binding.hpp"
#include "transport/hosts/workload_identity.hpp"

#include <string>
#include <utility>

namespace identity_binding_protocol_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

using variable_map = decltype(host_environment::variables);

const std::string proxy = "https://10.0.0.1:6443/tokens";
const resolved_request vault{.resource = "https://vault.azure.net"};

host_environment environment_of(variable_map set) { return {.variables = std::move(set)}; }

const std::string& some_certificate() {
  static const auto result = self_signed_certificate{}.pem();
  return result;
}

// A pod's variables besides those of the binding.
variable_map with_federation(variable_map set) {
  set.insert({{"AZURE_TENANT_ID", "contoso"},
              {"AZURE_CLIENT_ID", "fedcba98-7654-3210-0123-456789abcdef"},
              {"AZURE_FEDERATED_TOKEN_FILE", "/token"}});
  return set;
}

// Files by variables of the test: the content, or the error of the read.
host_settings reading(const expected<sensitive_string>& authorities) {
  host_settings result;
  result.identity_binding = true;
  result.files.read_federated_token = [](const std::string&, std::size_t) {
    return expected<sensitive_string>{sensitive_string{"a.b.c"}};
  };
  result.files.read_authorities = [&authorities](const std::string&, std::size_t) {
    return authorities;
  };
  return result;
}

}  // namespace

TEST_CASE("with the option, the federated token goes to the proxy and to no other") {
  const expected<sensitive_string> authorities{sensitive_string{some_certificate()}};
  const auto environment =
      environment_of(with_federation({{"AZURE_KUBERNETES_TOKEN_PROXY", sensitive_string{proxy}},
                                      {"AZURE_KUBERNETES_SNI_NAME", "proxy.cluster.invalid"},
                                      {"AZURE_KUBERNETES_CA_FILE", "/ca"},
                                      {"AZURE_AUTHORITY_HOST", "https://login.example.com/"},
                                      {"HTTPS_PROXY", "http://web.example.com:3128"}}));
  const auto host = workload_identity::make_protocol(environment, reading(authorities));
  REQUIRE(host);
  CHECK(host->address == proxy + "/contoso/oauth2/v2.0/token");
  const auto request = host->encode(vault, "");
  REQUIRE(request);
  CHECK(request->url == proxy + "/contoso/oauth2/v2.0/token");
  REQUIRE(request->internet);
  CHECK(request->internet->server_name == "proxy.cluster.invalid");
  CHECK(request->internet->ca_pem == some_certificate());
  CHECK(request->internet->proxy.empty());
  REQUIRE(request->headers.size() == 2);
  CHECK(request->headers.back().name == "Host");
  CHECK(request->headers.back().value == "login.example.com");
}

TEST_CASE("without the option, the variables of identity bindings change nothing") {
  const expected<sensitive_string> authorities =
      fail(errc::invalid_configuration, "not to be read");
  auto settings = reading(authorities);
  settings.identity_binding = false;
  const auto host = workload_identity::make_protocol(
      environment_of(
          with_federation({{"AZURE_KUBERNETES_TOKEN_PROXY", "http://user@?contradictory"},
                           {"AZURE_KUBERNETES_CA_FILE", "/ca"},
                           {"AZURE_KUBERNETES_CA_DATA", "no PEM"}})),
      settings);
  REQUIRE(host);
  const auto request = host->encode(vault, "");
  REQUIRE(request);
  CHECK(request->url == "https://login.microsoftonline.com/contoso/oauth2/v2.0/token");
  CHECK(request->headers.size() == 1);
  CHECK(request->internet->server_name.empty());
}

TEST_CASE("a refusal of Entra says that identity bindings are offered and off") {
  struct situation {
    bool is_enabled;
    bool is_offered;
    int status;
    std::string description;
    bool advises;
  };
  const std::string unknown = "AADSTS700211: No matching federated identity record found";
  const auto each = GENERATE_COPY(
      situation{false, true, 400, unknown, true},
      situation{false, true, 401, "AADSTS7000215: Invalid client secret", true},
      situation{false, false, 400, unknown, false}, situation{true, true, 400, unknown, false},
      situation{false, true, 503, "AADSTS90033: A transient error", false},
      situation{false, true, 429, "AADSTS90055: Too many requests", false},
      situation{false, true, 400, "no refusal of Entra", false});
  CAPTURE(each.description, each.is_enabled, each.is_offered);
  const expected<sensitive_string> authorities;
  auto settings = reading(authorities);
  settings.identity_binding = each.is_enabled;
  const auto host = workload_identity::make_protocol(
      environment_of(each.is_offered ? with_federation({{"AZURE_KUBERNETES_TOKEN_PROXY",
                                                         sensitive_string{proxy}}})
                                     : with_federation({})),
      settings);
  REQUIRE(host);
  http_response response;
  response.status = each.status;
  response.body = R"({"error":"invalid_client","error_description":")" + each.description + R"("})";
  const auto answer = host->decode(vault, response, std::chrono::sys_seconds{}, 0);
  REQUIRE_FALSE(answer);
  const auto& advice = answer.error().advice;
  const auto binding =
      std::string{"AZURE_KUBERNETES_TOKEN_PROXY is not used: identity bindings are off. "}.append(
          identity_binding::remedy_when_off);
  CHECK(advice.ends_with(binding) == each.advises);
  if (each.description == unknown) {
    CHECK_THAT(advice, Catch::Matchers::StartsWith("Add a federated credential"));
  }
}

TEST_CASE("with the option and none of the variables, workload identity is as usual") {
  const expected<sensitive_string> authorities;
  const auto host = workload_identity::make_protocol(
      environment_of(with_federation({{"HTTPS_PROXY", "http://web.example.com:3128"}})),
      reading(authorities));
  REQUIRE(host);
  const auto request = host->encode(vault, "");
  REQUIRE(request);
  CHECK(request->url == "https://login.microsoftonline.com/contoso/oauth2/v2.0/token");
  CHECK(request->internet->proxy == "http://web.example.com:3128");
}

TEST_CASE("with the option, contradictory variables and an unusable file are the error") {
  expected<sensitive_string> authorities{sensitive_string{}};
  CHECK(workload_identity::make_protocol(
            environment_of(with_federation({{"AZURE_KUBERNETES_SNI_NAME", "a"}})),
            reading(authorities))
            .error()
            .code == errc::invalid_configuration);
  const auto host = workload_identity::make_protocol(
      environment_of(with_federation({{"AZURE_KUBERNETES_TOKEN_PROXY", sensitive_string{proxy}},
                                      {"AZURE_KUBERNETES_CA_FILE", "/mnt/ca.crt"}})),
      reading(authorities));
  REQUIRE(host);
  const auto before = host->encode(vault, "");
  REQUIRE_FALSE(before);
  CHECK_THAT(before.error().message, Contains("/mnt/ca.crt"));
  // Once AKS has written the file, the next acquisition succeeds.
  authorities = sensitive_string{some_certificate()};
  CHECK(host->encode(vault, ""));
}

}  // namespace identity_binding_protocol_test
