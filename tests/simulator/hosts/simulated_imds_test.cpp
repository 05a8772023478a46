#include "messages/guid.hpp"
#include "simulator/tokens/token_issuer.hpp"
#include "tests/simulator/support/imds_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

/// The client id of the identity whose token the answer is.
std::string owner(const simulator::response& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto json = parse_object(answer.body);
  const auto token = decode_token(text_of(json, "access_token"));
  CHECK(text_of(json, "client_id") == text_of(token.payload, "appid"));
  return text_of(json, "client_id");
}

std::string owner(const std::string& selector, const simulated_host_options& options = {}) {
  imds_request request;
  request.query = token_query(selector);
  return owner(request.ask(options));
}

}  // namespace

TEST_CASE("a token answer has the eight members of a real one, all of them strings") {
  const auto answer = imds_request{}.ask();
  REQUIRE(answer.status == 200);
  const auto json = parse_object(answer.body);
  std::string names;
  for (const auto& member : json.GetObject()) {
    CHECK(member.value.IsString());
    names += std::string(member.name.GetString()) + " ";
  }
  CHECK(names ==
        "access_token client_id expires_in expires_on ext_expires_in not_before resource "
        "token_type ");
  CHECK(text_of(json, "client_id") == sample_system_assigned_identity().client_id);
  CHECK(text_of(json, "expires_in") == "86400");
  CHECK(text_of(json, "ext_expires_in") == "86400");
  CHECK(text_of(json, "expires_on") == "1800086400");
  CHECK(text_of(json, "not_before") == "1799999700");
  CHECK(text_of(json, "resource") == "https://vault.azure.net");
  CHECK(text_of(json, "token_type") == "Bearer");
}

TEST_CASE("the access token is a JWT of about 1.8 kB with the right resource and lifetime") {
  simulated_host_options options;
  options.expires_in = 3599s;
  const auto text = text_of(parse_object(imds_request{}.ask(options).body), "access_token");
  CHECK(text.size() > 1700);
  CHECK(text.size() < 1900);
  const auto token = decode_token(text);
  CHECK(text_of(token.payload, "aud") == "https://vault.azure.net");
  CHECK(token.payload["exp"].GetInt64() == 1'800'003'599);
  CHECK(token.payload["nbf"].GetInt64() == 1'799'999'700);
  CHECK(text_of(token.payload, "oid") == sample_system_assigned_identity().object_id);
  CHECK(text_of(token.payload, "xms_mirid") == sample_system_assigned_identity().resource_id);
}

TEST_CASE("all tokens of one or several hosts are different") {
  simulator::simulated_imds one({});
  simulator::simulated_imds other({});
  std::set<std::string> bodies;
  for (int i = 0; i < 100; ++i) {
    bodies.insert(imds_request{}.ask(one).body);
    bodies.insert(imds_request{}.ask(other).body);
  }
  CHECK(bodies.size() == 200);
}

TEST_CASE("a later request gets later times, even for the same resource") {
  simulator::simulated_imds protocol({});
  imds_request request;
  CHECK(text_of(parse_object(request.ask(protocol).body), "expires_on") == "1800086400");
  request.now += 1s;
  const auto json = parse_object(request.ask(protocol).body);
  CHECK(text_of(json, "expires_on") == "1800086401");
  CHECK(decode_token(text_of(json, "access_token")).payload["exp"].GetInt64() == 1'800'086'401);
  request.now -= 61s;
  CHECK(text_of(parse_object(request.ask(protocol).body), "expires_on") == "1800086340");
}

TEST_CASE("each of thousands of resources gets tokens of its own") {
  simulator::simulated_imds protocol({});
  imds_request request;
  for (int i = 0; i < 5000; ++i) {
    const auto resource = "https://r" + std::to_string(i % 1500) + ".test";
    request.query = "api-version=2018-02-01&resource=" + resource;
    const auto json = parse_object(request.ask(protocol).body);
    REQUIRE(text_of(json, "resource") == resource);
    REQUIRE(text_of(decode_token(text_of(json, "access_token")).payload, "aud") == resource);
  }
}

TEST_CASE("the header fields are those of the real service, with a new request id each time") {
  simulator::simulated_imds protocol({});
  const auto first = imds_request{}.ask(protocol);
  const auto second = imds_request{}.ask(protocol);
  CHECK(first.fields.find("Content-Type: application/json; charset=utf-8\r\n") !=
        std::string::npos);
  CHECK(first.fields.find("Server: IMDS/") != std::string::npos);
  CHECK(first.fields.find("x-ms-request-id: ") != std::string::npos);
  CHECK(first.fields != second.fields);
}

TEST_CASE("the latency applies to the token path only, errors included") {
  simulated_host_options options;
  options.latency = 50ms;
  imds_request request;
  CHECK(request.ask(options).delay == 50ms);
  request.fields.clear();
  CHECK(request.ask(options).delay == 50ms);
  request.path = "/elsewhere";
  CHECK(request.ask(options).delay == 0ms);
}

TEST_CASE("an answer has the facts that the statistics need") {
  simulator::simulated_imds protocol({});
  imds_request request;
  const auto good = request.ask(protocol);
  CHECK(good.counted);
  CHECK(good.token_request);
  CHECK(good.resource == "https://vault.azure.net");
  request.path = "/elsewhere";
  const auto lost = request.ask(protocol);
  CHECK(lost.counted);
  CHECK_FALSE(lost.token_request);
  CHECK(lost.resource.empty());
}

TEST_CASE("a user-assigned identity is found by each of its three ids, in any case") {
  const auto identity = sample_user_assigned_identity();
  CHECK(owner("&client_id=" + identity.client_id) == identity.client_id);
  CHECK(owner("&object_id=" + identity.object_id) == identity.client_id);
  CHECK(owner("&msi_res_id=" + identity.resource_id) == identity.client_id);
  // The name that older SDKs send.
  CHECK(owner("&mi_res_id=" + identity.resource_id) == identity.client_id);
  CHECK(owner("&client_id=5151A7ED-0000-4000-8000-000000000011") == identity.client_id);
  CHECK(owner("&client_id=" + sample_system_assigned_identity().client_id) ==
        sample_system_assigned_identity().client_id);
}

TEST_CASE("a machine without a system-assigned identity uses its only user-assigned one") {
  simulated_host_options options;
  options.system_assigned.reset();
  CHECK(owner("", options) == sample_user_assigned_identity().client_id);
}

TEST_CASE("any_user_assigned accepts every well-formed id") {
  simulated_host_options options;
  options.any_user_assigned = true;
  const std::string guid = "12345678-1234-1234-1234-123456789abc";
  CHECK(owner("&client_id=" + guid, options) == guid);
  const auto by_object = owner("&object_id=" + guid, options);
  CHECK(is_guid(by_object));
  CHECK(by_object != guid);
  CHECK(owner("&object_id=" + guid, options) == by_object);
  const std::string id = "/subscriptions/s/x/userAssignedIdentities/";
  CHECK(owner("&msi_res_id=" + id + "one", options) != owner("&msi_res_id=" + id + "two", options));
  CHECK(owner("&client_id=" + sample_user_assigned_identity().client_id, options) ==
        sample_user_assigned_identity().client_id);
}

TEST_CASE("absolute URIs and GUIDs are known resources if none are listed") {
  for (const auto* resource :
       {"https%3A%2F%2Fmanagement.azure.com%2F", "https://storage.azure.com", "api://an-app",
        "urn:something", "00000003-0000-0000-c000-000000000000", "https://x/%22quoted%22"}) {
    INFO(resource);
    imds_request request;
    request.query = std::string("api-version=2018-02-01&resource=") + resource;
    const auto answer = request.ask();
    CHECK(answer.status == 200);
    parse_object(answer.body);
  }
}

TEST_CASE("only listed resources are known") {
  simulated_host_options options;
  options.resources = {"https://vault.azure.net", "odd"};
  imds_request request;
  CHECK(request.ask(options).status == 200);
  request.query = "api-version=2018-02-01&resource=odd";
  CHECK(request.ask(options).status == 200);
  request.query = "api-version=2018-02-01&resource=https://vault.azure.net/";
  CHECK(request.ask(options).status == 400);
}

TEST_CASE("unknown parameters and fields are ignored, and later versions accepted") {
  imds_request request;
  request.query = token_query("&bypass_cache=true&principal_id=x");
  request.fields.push_back({"x-client-SKU", "midas"});
  CHECK(owner(request.ask()) == sample_system_assigned_identity().client_id);
  request.query = "resource=https://vault.azure.net&api-version=2021-02-01";
  request.fields = {{"metadata", "True"}};
  CHECK(request.ask().status == 200);
}

TEST_CASE("a token may have expired when it is issued") {
  simulated_host_options options;
  options.expires_in = 0s;
  const auto json = parse_object(imds_request{}.ask(options).body);
  CHECK(text_of(json, "expires_in") == "0");
  CHECK(text_of(json, "expires_on") == "1800000000");
}

TEST_CASE("a slash after the token path is accepted") {
  imds_request request;
  request.path += "/";
  CHECK(request.ask().status == 200);
  CHECK(request.ask().token_request);
}

TEST_CASE("the path of version 2 shows whether the host knows it, but serves nothing") {
  imds_request request;
  request.path = "/metadata/identity/getplatformmetadata";
  request.query = "cred-api-version=2.0";
  CHECK(request.ask().status == 404);
  request.fields.clear();
  CHECK(request.ask().status == 400);
  CHECK_FALSE(request.ask().token_request);
  simulated_host_options older;
  older.knows_imds_v2 = false;
  CHECK(request.ask(older).status == 404);
}
