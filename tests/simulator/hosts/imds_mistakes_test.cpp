#include "tests/simulator/support/imds_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

simulator::response with_query(const std::string& query,
                               const simulated_host_options& options = {}) {
  imds_request request;
  request.query = query;
  return request.ask(options);
}

}  // namespace

TEST_CASE("a request without the Metadata field is refused") {
  imds_request request;
  request.fields = {{"Host", "127.0.0.1"}};
  CHECK(complaint(request.ask()) == "invalid_request: Required metadata header not specified");
  request.fields = {{"Metadata", "false"}};
  CHECK(complaint(request.ask()) == "invalid_request: Required metadata header not specified");
  request.fields = {{"Metadata", ""}};
  CHECK(complaint(request.ask()) == "invalid_request: Required metadata header not specified");
}

TEST_CASE("a forwarded request is refused") {
  imds_request request;
  request.fields.push_back({"x-forwarded-for", "10.0.0.1"});
  CHECK(complaint(request.ask()).find("X-Forwarded-For") != std::string::npos);
}

TEST_CASE("a request without a resource is refused") {
  const std::string expected = "invalid_request: Required query variable 'resource' is missing";
  CHECK(complaint(with_query("api-version=2018-02-01")) == expected);
  CHECK(complaint(with_query("api-version=2018-02-01&resource")) == expected);
  CHECK(complaint(with_query("api-version=2018-02-01&resource=")) == expected);
}

TEST_CASE("the answer to a request without api-version names the newest ones") {
  for (const auto* query : {"", "resource=https://vault.azure.net", "api-version=&resource=r"}) {
    const auto answer = with_query(query);
    CHECK(answer.status == 400);
    const auto json = parse_object(answer.body);
    CHECK(text_of(json, "error").find("api-version was not specified") != std::string::npos);
    REQUIRE(json["newest-versions"].IsArray());
    CHECK(json["newest-versions"].Size() == 3);
    CHECK(json["newest-versions"][0].IsString());
  }
}

TEST_CASE("an api-version that is malformed, too old or too new is refused") {
  for (const auto* version : {"latest", "2017-08-01", "2999-01-01", "2018-02-01x", "2018-2-1"}) {
    const auto answer = with_query(std::string("resource=https://r&api-version=") + version);
    INFO(version);
    CHECK(answer.status == 400);
    const auto json = parse_object(answer.body);
    CHECK(text_of(json, "error").find("not supported") != std::string::npos);
    CHECK(json["newest-versions"].Size() == 3);
  }
}

TEST_CASE("an unknown resource is answered as Entra does") {
  const auto answer = with_query("api-version=2018-02-01&resource=user.read");
  CHECK(answer.status == 400);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "error") == "invalid_resource");
  const auto description = text_of(json, "error_description");
  CHECK(description.find("AADSTS500011: The resource principal named user.read was not found") ==
        0);
  CHECK(description.find("Correlation ID: " + text_of(json, "correlation_id")) !=
        std::string::npos);
  CHECK(description.find("Trace ID: " + text_of(json, "trace_id")) != std::string::npos);
  CHECK(text_of(json, "timestamp") == "2027-01-15 08:00:00Z");
  CHECK(json["error_codes"][0].GetInt() == 500'011);
  CHECK(text_of(json, "error_uri").find("500011") != std::string::npos);
}

TEST_CASE("a resource that is neither an absolute URI nor a GUID is unknown") {
  for (const auto* resource :
       {"x", "vault.azure.net", "%20", "https:", "https://", "://x", "1http://x", "https://a%20b",
        "https://%C3%A9", "https://a%0Ab", "00000003-0000-0000-c000-00000000000g",
        "%7B00000003-0000-0000-c000-000000000000%7D", "%00"}) {
    INFO(resource);
    CHECK(complaint(with_query(std::string("api-version=2018-02-01&resource=") + resource))
              .find("invalid_resource: AADSTS500011") == 0);
  }
}

TEST_CASE("the answer repeats an unknown resource with quotes and line breaks correctly") {
  const auto answer = with_query("api-version=2018-02-01&resource=%22%5C%0A%22");
  CHECK(text_of(parse_object(answer.body), "error_description").find("named \"\\\n\" was") !=
        std::string::npos);
}

TEST_CASE("any repeated parameter is refused") {
  for (const auto* more :
       {"&resource=https%3A%2F%2Fvault.azure.net", "&api-version=2018-02-01", "&x=1&x=2"}) {
    CHECK(complaint(with_query(token_query(more))).find("more than once") != std::string::npos);
  }
}

TEST_CASE("a request that selects more than one identity is refused") {
  const auto identity = sample_user_assigned_identity();
  for (const auto& more :
       {"&client_id=" + identity.client_id + "&object_id=" + identity.object_id,
        "&client_id=" + identity.client_id + "&msi_res_id=" + identity.resource_id,
        "&object_id=&msi_res_id=" + identity.resource_id,
        "&client_id=" + identity.client_id + "&mi_res_id=" + identity.resource_id,
        "&msi_res_id=" + identity.resource_id + "&mi_res_id=" + identity.resource_id}) {
    CHECK(complaint(with_query(token_query(more))).find("invalid_request: Only one of") == 0);
  }
}

TEST_CASE("an identity that the machine does not have is unknown") {
  const auto identity = sample_user_assigned_identity();
  for (const auto& more :
       {std::string("&client_id=00000000-0000-0000-0000-000000000000"), std::string("&client_id="),
        std::string("&msi_res_id=/subscriptions/x"), "&client_id=" + identity.object_id,
        "&object_id=" + identity.client_id, "&msi_res_id=" + identity.client_id,
        std::string("&mi_res_id=/subscriptions/x")}) {
    INFO(more);
    CHECK(complaint(with_query(token_query(more))) == "invalid_request: Identity not found");
  }
}

TEST_CASE("any_user_assigned refuses a malformed id") {
  simulated_host_options options;
  options.any_user_assigned = true;
  for (const auto* more :
       {"&client_id=x", "&object_id=12345678123412341234123456789abc", "&msi_res_id=/a/b",
        "&msi_res_id=/subscriptions/s/userAssignedIdentities/", "&client_id="}) {
    INFO(more);
    CHECK(complaint(with_query(token_query(more), options)) ==
          "invalid_request: Identity not found");
  }
}

TEST_CASE("an empty id selects no identity") {
  simulated_host_options options;
  options.user_assigned = {simulated_identity{}};
  CHECK(complaint(with_query(token_query("&client_id="), options)) ==
        "invalid_request: Identity not found");
}

TEST_CASE("a machine without a system-assigned identity cannot choose among none or several") {
  simulated_host_options options;
  options.system_assigned.reset();
  options.user_assigned.clear();
  CHECK(complaint(with_query(token_query(""), options)) == "invalid_request: Identity not found");
  options.user_assigned = {sample_user_assigned_identity(), sample_system_assigned_identity()};
  CHECK(complaint(with_query(token_query(""), options))
            .find("invalid_request: Multiple user assigned identities exist") == 0);
}

TEST_CASE("malformed percent encoding is refused") {
  for (const auto* query :
       {"api-version=2018-02-01&resource=%", "api-version=2018-02-01&resource=%4",
        "api-version=2018-02-01&resource=https%3Z", "%=1", "api-version=2018-02-01&resource=%FF"}) {
    CHECK(complaint(with_query(query)).find("malformed") != std::string::npos);
  }
}

TEST_CASE("other paths are not found") {
  for (const auto* path :
       {"/", "/metadata", "/metadata/identity/oauth2/token//", "/metadata/identity/oauth2/Token",
        "/metadata/identity/oauth2/tokens", "", "http://169.254.169.254"}) {
    imds_request request;
    request.path = path;
    INFO(path);
    CHECK(request.ask().status == 404);
    CHECK(text_of(parse_object(request.ask().body), "error") == "Not found");
  }
}

TEST_CASE("other methods are not allowed, and the answer names the allowed one") {
  for (const auto* method : {"POST", "PUT", "HEAD", "DELETE", "get", "OPTIONS"}) {
    imds_request request;
    request.method = method;
    const auto answer = request.ask();
    INFO(method);
    CHECK(answer.status == 405);
    CHECK(answer.fields.find("Allow: GET\r\n") != std::string::npos);
    parse_object(answer.body);
  }
}
