#include "tests/support/catch.hpp"
#include "tests/transport/hosts/azure_arc_fixture.hpp"
#include "tests/transport/hosts/resolved.hpp"

#include <string>
#include <utility>
#include <vector>

namespace azure_arc_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::test::arc;

namespace {

host_environment arc_environment(std::string_view endpoint = {}) {
  host_environment result;
  if (!endpoint.empty()) {
    result.variables = {{"IDENTITY_ENDPOINT", sensitive_string{endpoint}},
                        {"IMDS_ENDPOINT", "http://localhost:40342"}};
  }
  result.arc_agent_installed = true;
  return result;
}

}  // namespace

TEST_CASE("the token URL of Arc is IDENTITY_ENDPOINT, unchanged, or the agent's default address") {
  CHECK(azure_arc::token_url(arc_environment(), false) == url);
  const auto endpoint =
      GENERATE(as<std::string>{}, "http://localhost:40342/metadata/identity/oauth2/token",
               "http://localhost:1/token/", "https://visualstudio.com/", "https://host");
  CHECK(azure_arc::token_url(arc_environment(endpoint), false) == endpoint);
}

TEST_CASE("an invalid IDENTITY_ENDPOINT is rejected with an error that names it") {
  const auto [endpoint, code] = GENERATE(table<std::string, errc>({
      {"localhost/token", errc::invalid_endpoint},
      {"http://", errc::invalid_endpoint},
      {"http://127.0.0.1/token?a=b", errc::invalid_endpoint},
      {"http://127.0.0.1/token?", errc::invalid_endpoint},
      {"http://8.8.8.8/token", errc::endpoint_not_allowed},
  }));
  const auto made = azure_arc::make_protocol(arc_environment(endpoint), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == code);
  CHECK(made.error().message.find("IDENTITY_ENDPOINT") != std::string::npos);
  CHECK(made.error().message.find(endpoint.substr(0, endpoint.find('?'))) != std::string::npos);
  CHECK(made.error().message.find("a=b") == std::string::npos);
}

TEST_CASE("key files are in one directory, which depends on the platform") {
  auto environment = arc_environment();
  CHECK(azure_arc::key_directory(environment) == linux_directory);
  environment.platform = host_platform::windows;
  environment.variables = {{"ProgramData", R"(C:\ProgramData)"}};
  CHECK(azure_arc::key_directory(environment) == windows_directory);
  environment.variables = {{"ProgramData", ""}};
  CHECK(azure_arc::key_directory(environment).error().code == errc::invalid_configuration);
  CHECK(azure_arc::key_directory(environment).error().message.find("ProgramData") !=
        std::string::npos);
  environment.platform = host_platform::other;
  CHECK(azure_arc::key_directory(environment).error().code == errc::challenge_rejected);
}

TEST_CASE("the query to Arc has the version, the resource and at most one identity") {
  const auto [identity, resource, query] =
      GENERATE(table<managed_identity, std::string, std::string>({
          {{}, "https://vault.azure.net/.default", "resource=https%3A%2F%2Fvault.azure.net"},
          {managed_identity::client_id("A b"), "R", "resource=R&client_id=A%20b"},
          {managed_identity::object_id("o"), "R", "resource=R&object_id=o"},
          {managed_identity::resource_id("/s/x"), "R", "resource=R&msi_res_id=%2Fs%2Fx"},
      }));
  const auto request =
      azure_arc::encode(url, resolved({.identity = identity, .resource = resource}));
  CHECK(request.method == "GET");
  CHECK(request.url == url + "?api-version=2020-06-01&" + query);
  REQUIRE(request.headers.size() == 1);
  CHECK(header(request, "Metadata") == "true");
}

TEST_CASE("the second response of Arc becomes a grant") {
  const auto grant = azure_arc::decode(
      vault, response_of(200, R"({"access_token":"AT","expires_in":"600"})"), now);
  REQUIRE(grant);
  CHECK(grant->token == secret{"AT"});
  CHECK(grant->expires_on == now + 600s);
}

TEST_CASE("an unsuccessful second response of Arc, or a second challenge, becomes an error") {
  const auto [status, body, code] = GENERATE(table<int, std::string, errc>({
      {401, "", errc::request_rejected},
      {404,
       R"({"error":"identity_not_found","error_description":"has not been assigned to this )"
       R"(resource"})",
       errc::identity_not_found},
      {404, "", errc::request_rejected},
      {503, "", errc::service_unavailable},
      {200, "", errc::invalid_response},
      {200, R"({"error":"x"})", errc::invalid_response},
  }));
  auto response = challenge("Basic realm=" + key_path);
  response.status = status;
  response.body = body;
  // Without a token, no identity is reported as unconfirmed.
  const auto identity = GENERATE(managed_identity{}, managed_identity::client_id("c"));
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, std::move(response), now);
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == code);
  CHECK(grant.error().http_status == status);
  CHECK((status != 401 || !grant.error().advice.empty()));
}

TEST_CASE("a token for a user-assigned identity is accepted if the agent repeats the id") {
  const auto id = std::string{"11111111-AAAA-1111-1111-111111111111"};
  const auto [identity, member] = GENERATE_COPY(table<managed_identity, std::string>({
      {managed_identity::client_id(guid), R"("client_id":")" + guid + '"'},
      {managed_identity::client_id(guid), R"("client_id":")" + id + '"'},
      {managed_identity::object_id(id), R"("object_id":")" + guid + '"'},
      {managed_identity::resource_id("/S/x"), R"("msi_res_id":"/s/X")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"\/s\/x")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"/s/x","msi_res_id":"/s/x")"},
      {managed_identity::client_id(guid), R"("client_id":"other","client_id":")" + guid + '"'},
      {managed_identity{}, R"("client_id":"whatever")"},
  }));
  const auto body = R"({"access_token":"AT","expires_in":600,)" + member + "}";
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, response_of(200, body), now);
  REQUIRE(grant);
  CHECK(grant->token == secret{"AT"});
}

TEST_CASE("a token for a user-assigned identity is rejected unless the agent repeats the id") {
  const auto [identity, members] = GENERATE(table<managed_identity, std::string>({
      {managed_identity::client_id("c"), R"("resource":"R")"},
      {managed_identity::client_id("c"), R"("client_id":"d")"},
      {managed_identity::client_id("c"), R"("client_id":"")"},
      {managed_identity::client_id("c"), R"("client_id":null)"},
      {managed_identity::client_id("1"), R"("client_id":1)"},
      {managed_identity::client_id("c"), R"("client_id":["c"])"},
      {managed_identity::client_id("c"), R"("object_id":"c")"},
      {managed_identity::client_id("c"), R"("mi_res_id":"c")"},
      {managed_identity::client_id("c"), R"("client_id":"c ")"},
      {managed_identity::client_id("c"), R"("x":{"client_id":"c"})"},
      {managed_identity::client_id("c"), R"("client_id":"c","client_id":"d")"},
      {managed_identity::object_id("c"), R"("client_id":"c")"},
      {managed_identity::resource_id("/s/x"), R"("resource_id":"/s/x")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"/s/x","msi_res_id":"/s/y")"},
      {managed_identity::resource_id("/s/x"), R"("msi_res_id":"/s/x","mi_res_id":null)"},
  }));
  const auto body = R"({"access_token":"hush","expires_in":600,)" + members + "}";
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, response_of(200, body), now);
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == errc::identity_not_confirmed);
  CHECK(grant.error().source == "Azure Arc");
  CHECK_FALSE(grant.error().advice.empty());
  CHECK(to_string(grant.error()).find("hush") == std::string::npos);
}

TEST_CASE("the protocol of Arc leads from a request through a challenge to a token") {
  key_files files;
  const auto endpoint = azure_arc::make_protocol(arc_environment(), {.files = files.as_files()});
  REQUIRE(endpoint);
  CHECK(endpoint->host == identity_host::azure_arc);
  CHECK(endpoint->source == "Azure Arc");
  CHECK(endpoint->address == url);
  const auto first = endpoint->encode(vault, "0123abcd");
  REQUIRE(first);
  CHECK(first->url.find("0123abcd") == std::string::npos);
  const auto second = endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 0);
  REQUIRE(second);
  REQUIRE(std::holds_alternative<http_request>(*second));
  CHECK(std::get<http_request>(*second).url == first->url);
  CHECK(header(std::get<http_request>(*second), "Authorization") == "Basic hush");
  const auto body = R"({"access_token":"AT","expires_in":600})";
  const auto third = endpoint->decode(vault, response_of(200, body), now, 1);
  REQUIRE(third);
  REQUIRE(std::holds_alternative<token_grant>(*third));
  CHECK(std::get<token_grant>(*third).token == secret{"AT"});
  // A second challenge is an error, and no second key is read.
  CHECK_FALSE(endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 1));
  CHECK(files.read.size() == 1);
}

TEST_CASE("on a platform without an agent, the protocol fails once a challenge arrives") {
  key_files files;
  auto environment = arc_environment();
  environment.platform = host_platform::other;
  const auto endpoint = azure_arc::make_protocol(environment, {.files = files.as_files()});
  REQUIRE(endpoint);
  CHECK(endpoint->encode(vault, ""));
  check_rejected(endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 0).error());
  CHECK(files.read.empty());
}

}  // namespace azure_arc_test
