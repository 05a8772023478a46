#include "proxy/protocols/request_reading.hpp"

#include "tests/proxy/protocols/plain_request.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <optional>
#include <string>
#include <tuple>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;

namespace {

const secret reading_header{std::string_view{"the-secret"}};

using reading = std::variant<token_query, refusal>;

reading read(const plain_request& request, std::string_view local_address = "127.0.0.1") {
  const auto view = request.view();
  auto checked =
      check_request(view, {.local_address = local_address, .identity_header = reading_header});
  if (auto* refused = std::get_if<refusal>(&checked)) {
    return *refused;
  }
  return read_query(view, std::get<client_protocol>(checked));
}

/// The status and the reason of a refusal; 200 for a query.
std::pair<int, std::string_view> verdict_of(const reading& result) {
  const auto* refused = std::get_if<refusal>(&result);
  return refused != nullptr ? std::pair{refused->status, refused->reason}
                            : std::pair{200, std::string_view{}};
}

using verdict = std::pair<int, std::string_view>;

plain_request with_field(std::string_view name, std::string_view value) {
  auto request = imds_request();
  request.fields.push_back({name, value});
  return request;
}

}  // namespace

TEST_CASE("a request to the token path of IMDS names a resource and an identity") {
  const std::string path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r";
  const auto [query, identity] =
      GENERATE_COPY(std::pair{path, managed_identity{}},
                    std::pair{path + "&client_id=AB-c", managed_identity::client_id("AB-c")},
                    std::pair{path + "&object_id=o", managed_identity::object_id("o")},
                    std::pair{path + "&msi_res_id=%2Fsubscriptions",
                              managed_identity::resource_id("/subscriptions")},
                    std::pair{path + "&mi_res_id=%2Fsubscriptions",
                              managed_identity::resource_id("/subscriptions")});
  const auto result = read(imds_request(query));
  REQUIRE(std::holds_alternative<token_query>(result));
  const auto& read_as = std::get<token_query>(result);
  CHECK(read_as.protocol == client_protocol::imds);
  CHECK(read_as.resource == "r");
  CHECK(read_as.identity == identity);
  CHECK(read_as.identity.is_named() == identity.is_named());
}

TEST_CASE("a request to App Service's path has the secret, and other names for identities") {
  plain_request request{.target = std::string{app_service_target},
                        .fields = {{"x-identity-header", "the-secret"}}};
  const auto [parameter, identity] =
      GENERATE(std::pair{std::string{}, managed_identity{}},
               std::pair{std::string{"&client_id=c"}, managed_identity::client_id("c")},
               std::pair{std::string{"&object_id=o"}, managed_identity::object_id("o")},
               std::pair{std::string{"&principal_id=o"}, managed_identity::object_id("o")},
               std::pair{std::string{"&mi_res_id=r"}, managed_identity::resource_id("r")});
  request.target += parameter;
  const auto result = read(request);
  REQUIRE(std::holds_alternative<token_query>(result));
  CHECK(std::get<token_query>(result).protocol == client_protocol::app_service);
  CHECK(std::get<token_query>(result).identity == identity);
}

TEST_CASE("App Service's path refuses requests without exactly the secret") {
  const auto* value = GENERATE("", "the-secre", "the-secret ", "The-Secret", "the-secretx");
  const plain_request request{.target = std::string{app_service_target},
                              .fields = {{"X-IDENTITY-HEADER", value}, {"Metadata", "true"}}};
  CHECK(verdict_of(read(request)) == verdict{401, "identity_header_wrong"});
}

TEST_CASE("a proxy without a secret refuses App Service's path whatever the header is") {
  const secret none;
  const plain_request request{.target = std::string{app_service_target},
                              .fields = {{"X-IDENTITY-HEADER", ""}}};
  const auto view = request.view();
  const auto checked = check_request(view, {.identity_header = none});
  REQUIRE(std::holds_alternative<refusal>(checked));
  CHECK(std::get<refusal>(checked).status == 401);
}

TEST_CASE("a trailing slash of the token path is accepted, no other change of it") {
  const std::string query = "?api-version=2018-02-01&resource=r";
  const std::string path = "/metadata/identity/oauth2/token";
  CHECK(verdict_of(read(imds_request(path + "/" + query))) == verdict{200, ""});
  const auto other = GENERATE_COPY(
      path + "//", path + "s", std::string{"/"}, std::string{"/metadata/identity/oauth2/Token"},
      std::string{"/metadata/instance/compute"}, std::string{"/metadata/identity/oauth2/%74oken"},
      "http://169.254.169.254" + path, std::string{"/msi/token/"}, std::string{"/stats"},
      std::string{"*"});
  CHECK(verdict_of(read(imds_request(other + query))) == verdict{404, "path_unknown"});
}

TEST_CASE("the paths of IMDS version 2 are unknown before any header field is looked at") {
  const auto* path = GENERATE("/metadata/identity/getplatformmetadata?cred-api-version=2.0",
                              "/metadata/identity/issuecredential?cred-api-version=2.0");
  CHECK(verdict_of(read({.target = path})) == verdict{404, "path_unknown"});
  CHECK(verdict_of(read({.target = path, .fields = {{"X-Forwarded-For", "1.2.3.4"}}})) ==
        verdict{404, "path_unknown"});
  CHECK(verdict_of(read({.target = path, .method = "POST"})) == verdict{404, "path_unknown"});
}

TEST_CASE("the token path without the Metadata header is a bad request") {
  auto request = imds_request();
  request.fields.clear();
  CHECK(verdict_of(read(request)) == verdict{400, "metadata_header_missing"});
  request.fields = {{"Metadata", "false"}};
  CHECK(verdict_of(read(request)) == verdict{400, "metadata_header_missing"});
  request.fields = {{"metadata", "True"}};
  CHECK(verdict_of(read(request)) == verdict{200, ""});
}

TEST_CASE("methods other than GET are not allowed") {
  auto request = imds_request();
  request.method = GENERATE("POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get", "CONNECT", "X");
  CHECK(verdict_of(read(request)) == verdict{405, "method_not_allowed"});
}

TEST_CASE("requests that came by a detour are refused") {
  CHECK(verdict_of(read(with_field("x-forwarded-for", ""))) == verdict{400, "request_forwarded"});
  CHECK(verdict_of(read(with_field("Forwarded", "for=1.2.3.4"))) ==
        verdict{400, "request_forwarded"});
  CHECK(verdict_of(read(with_field("Host", "rebound.example"))) == verdict{400, "host_foreign"});
  auto twice = with_field("Host", "localhost");
  CHECK(verdict_of(read(twice)) == verdict{200, ""});
  twice.fields.push_back({"host", "localhost"});
  CHECK(verdict_of(read(twice)) == verdict{400, "host_foreign"});
}

TEST_CASE("the authority of a target in absolute form counts instead of Host") {
  auto request = with_field("Host", "example.com");
  request.authority = GENERATE("169.254.169.254", "127.0.0.1:8765", "localhost");
  CHECK(verdict_of(read(request)) == verdict{200, ""});
}

TEST_CASE("a foreign authority is refused like a foreign Host") {
  auto request = with_field("Host", "127.0.0.1");
  request.authority = GENERATE("example.com", "", "user@127.0.0.1");
  CHECK(verdict_of(read(request)) == verdict{400, "host_foreign"});
}

TEST_CASE("a header that proves something occurs once") {
  CHECK(verdict_of(read(with_field("metadata", "true"))) ==
        verdict{400, "metadata_header_missing"});
  plain_request request{.target = std::string{app_service_target},
                        .fields = {{"X-IDENTITY-HEADER", "the-secret"}}};
  REQUIRE(verdict_of(read(request)).first == 200);
  request.fields.push_back({"x-identity-header", GENERATE("the-secret", "wrong")});
  CHECK(verdict_of(read(request)) == verdict{401, "identity_header_wrong"});
}

TEST_CASE("parameters that IMDS refuses are refused") {
  const std::string path = "/metadata/identity/oauth2/token";
  const auto [query, status, reason] = GENERATE(table<std::string, int, std::string>({
      {"", 400, "api_version_missing"},
      {"?resource=r", 400, "api_version_missing"},
      {"?api-version=&resource=r", 400, "api_version_missing"},
      {"?api-version=2017-12-01&resource=r", 400, "api_version_wrong"},
      {"?api-version=2018-02-01", 400, "resource_missing"},
      {"?api-version=2018-02-01&resource=", 400, "resource_missing"},
      {"?api-version=2018-02-01&Resource=r", 400, "resource_missing"},
      {"?api-version=2018-02-01&resource=r&resource=r", 400, "parameter_repeated"},
      {"?api-version=2018-02-01&resource=r&x=1&x=2", 400, "parameter_repeated"},
      {"?api-version=2018-02-01&resource=r&client_id=a&object_id=b", 400, "identity_ambiguous"},
      {"?api-version=2018-02-01&resource=r&client_id=a&mi_res_id=b", 400, "identity_ambiguous"},
      {"?api-version=2018-02-01&resource=%zz", 400, "query_malformed"},
      {"?api-version=2018-02-01&resource=%ff", 400, "query_malformed"},
  }));
  CHECK(verdict_of(read(imds_request(path + query))) == verdict{status, reason});
}

TEST_CASE("parameters that App Service refuses are refused") {
  const auto [query, reason] = GENERATE(table<std::string, std::string>({
      {"?resource=r", "api_version_wrong"},
      {"?api-version=2017-09-01&resource=r", "api_version_wrong"},
      {"?api-version=2019-08-01", "resource_missing"},
      {"?api-version=2019-08-01&resource=r&resource=r", "parameter_repeated"},
      {"?api-version=2019-08-01&resource=r&object_id=a&principal_id=a", "identity_ambiguous"},
      {"?api-version=2019-08-01&resource=%", "query_malformed"},
  }));
  const plain_request request{.target = "/msi/token" + query,
                              .fields = {{"X-IDENTITY-HEADER", "the-secret"}}};
  CHECK(verdict_of(read(request)) == verdict{400, reason});
}
