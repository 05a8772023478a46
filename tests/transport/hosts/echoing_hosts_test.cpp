// Hosts that repeat the proof of a request in their answer.
#include "tests/support/catch.hpp"
#include "tests/support/disguises.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace echoing_hosts_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds now{1'700'000'000s};
const resolved_request vault{.resource = "https://vault.azure.net"};

// The protocol of a host where every variable and file that proves the right to a token holds
// `marker`.
host_protocol protocol_of(identity_host host, std::string_view marker = plain_marker) {
  host_environment environment;
  environment.variables = {
      {"AZURE_TENANT_ID", "t"},
      {"AZURE_CLIENT_ID", "c"},
      {"AZURE_FEDERATED_TOKEN_FILE", "f"},
      {"IDENTITY_ENDPOINT", "https://127.0.0.1:1/identity"},
      {"IDENTITY_SERVER_THUMBPRINT", "0123456789abcdef0123456789abcdef01234567"},
      {"MSI_ENDPOINT", "http://127.0.0.1:2/msi"},
      {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:3"}};
  environment.variables["IDENTITY_HEADER"] = marker;
  environment.variables["MSI_SECRET"] = marker;
  for (const auto& variable : profile_of(host).signature.needed()) {
    const bool is_endpoint = variable.name.ends_with("ENDPOINT");
    environment.variables.try_emplace(std::string{variable.name},
                                      is_endpoint ? "https://127.0.0.1:1/host" : marker);
  }
  const auto read = [marker](const std::string&, std::size_t) {
    return expected<sensitive_string>{sensitive_string{marker}};
  };
  host_settings settings;
  settings.files = {.read_key = read, .read_federated_token = read};
  auto result = make_protocol(host, environment, settings);
  REQUIRE(result);
  return *std::move(result);
}

// The request that carries the proof, and the number of requests before it.
struct last_request {
  http_request request;
  unsigned leg = 0;
};

last_request send_to(const host_protocol& host) {
  auto request = host.encode(vault, "");
  REQUIRE(request);
  if (!profile_of(host.host).begins_with_challenge) {
    return {*std::move(request), 0};
  }
  http_response challenge{.status = 401};
  challenge.headers = {{"WWW-Authenticate", "Basic realm=/var/opt/azcmagent/tokens/a.key"}};
  auto next = host.decode(vault, std::move(challenge), now, 0);
  REQUIRE(next);
  return {std::get<http_request>(*std::move(next)), 1};
}

// What the host repeats, wherever midas reads texts.
std::vector<std::string> bodies_with(const std::string& echo) {
  const std::string padding(900, ' ');
  return {
      echo,
      "<html><body>" + echo + "</body></html>",
      R"({"error":")" + echo + R"(","error_description":")" + echo + R"("})",
      R"({"error":{"code":")" + echo + R"(","message":")" + echo + R"(","correlationId":")" + echo +
          R"("}})",
      R"({"statusCode":500,"message":"X-IDENTITY-HEADER: )" + echo + R"(","correlationId":")" +
          echo + R"("})",
      R"({"headers":{"a":")" + echo + R"("}})",
      R"({"message":"It broke )" + std::string(380, 'x') + " " + echo + R"("})",
      padding + echo,
      std::string(190, 'x') + echo,
      "--boundary\r\nContent-Type: application/octet-stream\r\n\r\n" + echo + "\r\n--boundary--"};
}

std::string everything_in(const error& problem) {
  return to_string(problem) + "\n" + problem.message + "\n" + problem.advice + "\n" +
         problem.service_code + "\n" + problem.service_description + "\n" + problem.correlation_id +
         "\n" + problem.source;
}

}  // namespace

TEST_CASE("no host makes midas show the proof of its request, in any form and at any place") {
  const auto host = GENERATE(from_range(identity_hosts()));
  const auto marker = GENERATE(plain_marker, special_marker);
  const auto protocol = protocol_of(host, marker);
  CAPTURE(protocol.source);
  const auto sent = send_to(protocol);
  const auto proofs = proofs_of(sent.request);
  const leak_search leaks{marker};
  if (proofs.empty()) {
    return;
  }
  for (const auto& [name, echo] : disguises_of(marker)) {
    for (const auto& body : bodies_with(echo)) {
      for (const int status : {200, 401, 500}) {
        http_response response{.status = status};
        response.headers = {{"WWW-Authenticate", sensitive_string{echo}},
                            {"Content-Type", sensitive_string{echo}},
                            {"Retry-After", sensitive_string{echo}}};
        response.body = body;
        response.proofs = proofs;
        const auto result = protocol.decode(vault, std::move(response), now, sent.leg);
        REQUIRE_FALSE(result);
        const auto shown = everything_in(result.error());
        if (leaks.finds_in(shown)) {
          FAIL_CHECK(name << ", HTTP " << status << ": " << shown);
        }
      }
    }
  }
}

TEST_CASE("every host that has a secret in its environment sends it as a proof") {
  const leak_search leaks{plain_marker};
  for (const auto& row : host_profiles()) {
    CAPTURE(row.name);
    const auto sent = send_to(protocol_of(row.host));
    const bool has_proof =
        row.host != identity_host::imds && row.host != identity_host::cloud_shell;
    CHECK(proofs_of(sent.request).empty() != has_proof);
    // A proof hides no more than itself.
    for (const auto& header : sent.request.headers) {
      CHECK(header.is_public == !leaks.finds_in(header.value));
    }
  }
}

TEST_CASE("a host's text is shown as it is where it repeats no proof") {
  const auto protocol = protocol_of(identity_host::app_service);
  const auto sent = send_to(protocol);
  http_response response{.status = 500};
  response.body = R"({"statusCode":500,"message":"Metadata: true, api-version 2019-08-01",)"
                  R"("correlationId":"5d0fb6a1-0000-4000-8000-000000000000"})";
  response.proofs = proofs_of(sent.request);
  const auto result = protocol.decode(vault, std::move(response), now, sent.leg);
  REQUIRE_FALSE(result);
  CHECK(result.error().service_description == "Metadata: true, api-version 2019-08-01");
  CHECK(result.error().correlation_id == "5d0fb6a1-0000-4000-8000-000000000000");
}

TEST_CASE("a token type that repeats the proof is rejected") {
  const auto protocol = protocol_of(identity_host::app_service);
  http_response response{.status = 200};
  response.body = R"({"access_token":"T","expires_in":600,"token_type":")" +
                  std::string{plain_marker} + R"("})";
  response.proofs = proofs_of(send_to(protocol).request);
  const auto result = protocol.decode(vault, std::move(response), now, 0);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::invalid_response);
  CHECK_FALSE(leak_search{plain_marker}.finds_in(everything_in(result.error())));
}

}  // namespace echoing_hosts_test
