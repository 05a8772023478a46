#include "transport/hosts/imds.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/hosts/resolved.hpp"

#include <set>
#include <string>
#include <utility>
#include <variant>

namespace imds_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};
const std::string url = "http://169.254.169.254/metadata/identity/oauth2/token";
const resolved_request vault{.resource = "https://vault.azure.net"};

std::string header(const http_request& request, std::string_view name) {
  for (const auto& each : request.headers) {
    if (each.name == name) {
      return std::string{each.value};
    }
  }
  return {};
}

http_response response_of(int status, std::string_view body) {
  http_response response;
  response.status = status;
  response.body = body;
  return response;
}

expected<host_protocol> made_with(const std::string& authority) {
  return imds::make_protocol(
      {.variables = {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", sensitive_string{authority}}}}, {});
}

expected<token_grant> decode(const resolved_request& request, http_response response) {
  const auto result = made_with({})->decode(request, std::move(response), now, 0);
  if (!result) {
    return unexpected{result.error()};
  }
  return std::get<token_grant>(*result);
}

}  // namespace

TEST_CASE("IMDS has a well-known address, unless another authority is given") {
  CHECK(*imds::token_url("", false) == url);
}

TEST_CASE("an authority sets scheme, host and port; its path is replaced unless it is complete") {
  const auto [authority, expected_url] = GENERATE(table<std::string, std::string>({
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080/metadata/identity/oauth2/token"},
      {"http://localhost:1234//", "http://localhost:1234/metadata/identity/oauth2/token"},
      {"http://localhost:1234/////", "http://localhost:1234/metadata/identity/oauth2/token"},
      {"http://localhost:59202", "http://localhost:59202/metadata/identity/oauth2/token"},
      {"https://custom.imds.endpoint/",
       "https://custom.imds.endpoint/metadata/identity/oauth2/token"},
      {"HTTP://[::1]:99/some/path", "http://[::1]:99/metadata/identity/oauth2/token"},
      {"http://169.254.169.254/", url},
      {"http://169.254.169.254:80/metadata/identity/oauth2/token", url},
      {"http://127.0.0.1:1/metadata/identity/oauth2/token/",
       "http://127.0.0.1:1/metadata/identity/oauth2/token"},
      {"https://host/prefix/metadata/identity/oauth2/token",
       "https://host/prefix/metadata/identity/oauth2/token"},
  }));
  CHECK(*imds::token_url(authority, false) == expected_url);
}

TEST_CASE("an authority that is not a valid endpoint is rejected") {
  const auto [authority, code] = GENERATE(table<std::string, errc>({
      {"no url", errc::invalid_endpoint},
      {"ftp://127.0.0.1", errc::invalid_endpoint},
      {"127.0.0.1:8080", errc::invalid_endpoint},
      {"http://127.0.0.1/?a=b", errc::invalid_endpoint},
      {"http://127.0.0.1@evil.com", errc::invalid_endpoint},
      {"http://2130706433", errc::invalid_endpoint},
      {"http://example.com", errc::endpoint_not_allowed},
  }));
  CHECK(imds::token_url(authority, false).error().code == code);
  CHECK(made_with(authority).error().code == code);
}

TEST_CASE("plain http to a private address is allowed if the environment names it") {
  const host_environment named{
      .variables = {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://10.0.0.4:80/"}}};
  CHECK(*imds::token_url(named, false) == "http://10.0.0.4/metadata/identity/oauth2/token");
  CHECK(imds::make_protocol(named, {}));
  CHECK(imds::make_protocol({}, {.imds_authority = "http://10.0.0.4"}).error().code ==
        errc::endpoint_not_allowed);
}

TEST_CASE("plain http to another machine can be allowed") {
  CHECK(*imds::token_url("http://10.0.0.4:80", true) ==
        "http://10.0.0.4/metadata/identity/oauth2/token");
}

TEST_CASE("the query has the version, the resource and at most one identity") {
  const auto [identity, resource, query] =
      GENERATE(table<managed_identity, std::string, std::string>({
          {{}, "R", "api-version=2018-02-01&resource=R"},
          {managed_identity::client_id("clientId"), "https://management.azure.com",
           "api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id=clientId"},
          {managed_identity::object_id("objectId"), "https://management.azure.com/.default",
           "api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&object_id=objectId"},
          {managed_identity::resource_id("/subscriptions/a b&c/locations/MyLocation"), "R",
           "api-version=2018-02-01&resource=R"
           "&msi_res_id=%2Fsubscriptions%2Fa%20b%26c%2Flocations%2FMyLocation"},
          {managed_identity::client_id("ABCDEF01-2345"), "a&client_id=x",
           "api-version=2018-02-01&resource=a%26client_id%3Dx&client_id=ABCDEF01-2345"},
          {{}, "https://x//.default", "api-version=2018-02-01&resource=https%3A%2F%2Fx%2F"},
      }));
  const auto request =
      imds::encode(url, resolved({.identity = identity, .resource = resource}), "id");
  CHECK(request.url == url + "?" + query);
  CHECK(request.method == "GET");
  CHECK(request.body.empty());
}

TEST_CASE("the headers are those that IMDS requires, and those that identify the client") {
  const auto request = imds::encode(url, vault, "some-request-id");
  CHECK(header(request, "Metadata") == "true");
  CHECK(header(request, "x-client-SKU") == "midas");
  CHECK(!header(request, "x-client-Ver").empty());
  CHECK(header(request, "x-ms-client-request-id") == "some-request-id");
  CHECK(request.headers.size() == 4);
}

TEST_CASE("claims and a forced refresh do not change the request") {
  const token_request urgent{.resource = vault.resource,
                             .claims = "{\"access_token\":{\"nbf\":{}}}",
                             .force_refresh = true};
  const auto request = imds::encode(url, resolved(urgent), "id");
  const auto plain = imds::encode(url, vault, "id");
  CHECK(request.url == plain.url);
  CHECK(request.headers.size() == plain.headers.size());
  CHECK(request.body.empty());
}

TEST_CASE("a successful response of IMDS becomes a grant") {
  const auto grant =
      decode(vault, response_of(200, R"({"access_token":"AT","expires_in":"7890"})"));
  REQUIRE(grant);
  CHECK(grant->token == secret{"AT"});
  CHECK(grant->token_type == "Bearer");
  CHECK(grant->expires_on == now + 7890s);
}

TEST_CASE("an unsuccessful response of IMDS becomes an error") {
  const auto [status, body, code] = GENERATE(table<int, std::string, errc>({
      {400, R"({"error":"invalid_request","error_description":"Identity not found"})",
       errc::identity_not_found},
      {400, R"({"error":"invalid_resource","error_description":"AADSTS500011"})",
       errc::request_rejected},
      {400, R"({"raw": "error format is undefined"})", errc::request_rejected},
      {400,
       R"({"error":"invalid_request","error_description":"AADSTS90014: The required field 'scope' )"
       R"(is missing from the credential.","error_codes":[90014]})",
       errc::request_rejected},
      {404, R"({"error":"invalid_resource","error_description":"AADSTS500011"})",
       errc::service_unavailable},
      {410, "", errc::service_unavailable},
      {429, R"({"error":"too_many"})", errc::throttled},
      {500, R"({"error":"sample error","error_description":"sample error desc"})",
       errc::service_unavailable},
      {504, "", errc::service_unavailable},
      {200, "", errc::invalid_response},
      {200, R"({"error":"invalid_request"})", errc::invalid_response},
      {202, R"({"access_token":"AT","expires_in":"7890"})", errc::invalid_response},
      {400, R"({"access_token":"AT","expires_in":"7890"})", errc::request_rejected},
      {302, "", errc::request_rejected},
  }));
  const auto grant = decode(vault, response_of(status, body));
  REQUIRE(!grant);
  CHECK(grant.error().code == code);
  CHECK(grant.error().source == "IMDS");
  CHECK(grant.error().http_status == status);
}

TEST_CASE("the text of an error contains IMDS's own words") {
  const auto grant = decode(
      vault, response_of(
                 400, R"({"error":"invalid_request","error_description":"AADSTS90014: missing"})"));
  const auto text = to_string(grant.error());
  for (const auto* part : {"HTTP 400", "invalid_request", "AADSTS90014", "vault.azure.net"}) {
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("the protocol encodes with a new request id each time, and decodes") {
  const auto endpoint = made_with("http://127.0.0.1:8080");
  REQUIRE(endpoint);
  CHECK(endpoint->source == "IMDS");
  CHECK(endpoint->address == "http://127.0.0.1:8080/metadata/identity/oauth2/token");
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const auto request = endpoint->encode(vault, "0123abcd");
    REQUIRE(request);
    CHECK(request->url.starts_with(endpoint->address + "?api-version="));
    ids.insert(header(*request, "x-ms-client-request-id"));
  }
  CHECK(ids.size() == 3);
  CHECK(ids.begin()->size() == 36);
  CHECK(
      endpoint->decode(vault, response_of(200, R"({"access_token":"T","expires_in":1})"), now, 0));
  CHECK(!endpoint->decode(vault, response_of(500, ""), now, 0));
}

TEST_CASE("the probe for version 2 replaces the token path, and has no Metadata header") {
  const auto [address, wanted] = GENERATE(table<std::string, std::string>({
      {url, "http://169.254.169.254/metadata/identity/getplatformmetadata?cred-api-version=2.0"},
      {"http://127.0.0.1:80/a/metadata/identity/oauth2/token",
       "http://127.0.0.1:80/a/metadata/identity/getplatformmetadata?cred-api-version=2.0"},
  }));
  const auto probe = imds::version_probe(address, "an-id");
  CHECK(probe.method == "GET");
  CHECK(probe.url == wanted);
  REQUIRE(probe.headers.size() == 1);
  CHECK(header(probe, "x-ms-client-request-id") == "an-id");
}

}  // namespace imds_test
