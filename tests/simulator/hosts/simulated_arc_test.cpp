#include "simulator/hosts/simulated_arc.hpp"

#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include "tests/support/vault.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::simulator;

namespace {

namespace fs = std::filesystem;

protocol_request arc_request(const std::string& more = {}) {
  return {.target =
              "/metadata/identity/oauth2/token?api-version=2020-06-01"
              "&resource=https%3A%2F%2Fvault.azure.net" +
              more,
          .fields = {{"Metadata", "true"}}};
}

/// The path that a challenge names.
std::string challenged(const response& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 401);
  const auto challenge = field_of(answer, "Www-Authenticate");
  REQUIRE(challenge.find("Basic realm=/") == 0);
  return challenge.substr(challenge.find('=') + 1);
}

/// The answer to the second request, which has the key that the first answer's challenge names.
response answered(simulated_arc& protocol, protocol_request request) {
  const auto authorization = "Basic " + file_text(challenged(request.ask(protocol)));
  request.fields.push_back({"Authorization", authorization});
  return request.ask(protocol);
}

/// "status error".
std::string arc_complaint(const response& answer) {
  const auto json = parse_object(answer.body);
  CHECK_FALSE(text_of(json, "error_description").empty());
  return std::to_string(answer.status) + " " + text_of(json, "error");
}

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator{}));
}

}  // namespace

TEST_CASE("Azure Arc gives a token to a caller that can read the key file") {
  simulated_arc protocol({});
  const auto answer = answered(protocol, arc_request());
  CHECK(owner_of(answer, vault_url) == sample_system_assigned_identity().client_id);
  const auto json = parse_object(answer.body);
  CHECK(text_of(json, "expires_in") == "86400");
  CHECK(text_of(json, "expires_on") == "1800086400");
}

TEST_CASE("the variables of Azure Arc are its token URL and its base URL") {
  const simulated_arc protocol({});
  CHECK(variable_of(protocol, "IDENTITY_ENDPOINT") ==
        "http://127.0.0.1:1/metadata/identity/oauth2/token");
  CHECK(variable_of(protocol, "IMDS_ENDPOINT") == "http://127.0.0.1:1");
  CHECK(protocol.environment("http://127.0.0.1:1").size() == 2);
}

TEST_CASE("a key file is in the key directory, ends in .key and is private") {
  simulated_arc protocol({});
  const auto path = challenged(arc_request().ask(protocol));
  CHECK(fs::path(path).parent_path() == protocol.key_directory());
  CHECK(fs::path(path).extension() == ".key");
  struct stat about {};
  REQUIRE(::lstat(path.c_str(), &about) == 0);
  CHECK(S_ISREG(about.st_mode));
  CHECK((about.st_mode & 07777U) == 0600);
  CHECK(about.st_size > 0);
  CHECK(about.st_size <= 4096);
  REQUIRE(::lstat(protocol.key_directory().c_str(), &about) == 0);
  CHECK((about.st_mode & 07777U) == 0700);
}

TEST_CASE("a key is valid for one request") {
  simulated_arc protocol({});
  auto request = arc_request();
  const auto path = challenged(request.ask(protocol));
  const auto authorization = "Basic " + file_text(path);
  request.fields.push_back({"Authorization", authorization});
  CHECK(request.ask(protocol).status == 200);
  CHECK_FALSE(fs::exists(path));
  const auto next = challenged(request.ask(protocol));
  CHECK(next != path);
  CHECK("Basic " + file_text(next) != authorization);
}

TEST_CASE("an invalid key is answered with another challenge") {
  simulated_arc protocol({});
  auto request = arc_request();
  const auto key = file_text(challenged(request.ask(protocol)));
  for (const auto& authorization : {std::string("Basic "), std::string("Basic nonsense"),
                                    "Bearer " + key, key, "Basic " + key + " ", std::string()}) {
    INFO(authorization);
    request.fields = {{"Metadata", "true"}, {"Authorization", authorization}};
    CHECK(request.ask(protocol).status == 401);
  }
  const auto right_one = "basic " + key;
  request.fields = {{"Metadata", "true"}, {"Authorization", right_one}};
  CHECK(request.ask(protocol).status == 200);
}

TEST_CASE("the number of unused keys is limited, and the newest stay valid") {
  simulated_arc protocol({});
  const auto first = challenged(arc_request().ask(protocol));
  for (int i = 0; i < 1100; ++i) {
    challenged(arc_request().ask(protocol));
  }
  CHECK(files_in(protocol.key_directory()) == 1024);
  CHECK_FALSE(fs::exists(first));
  CHECK(answered(protocol, arc_request()).status == 200);
}

TEST_CASE("Azure Arc repeats the id that selected a user-assigned identity") {
  simulated_arc protocol({});
  const auto confirmed = [&](const std::string& name, const std::string& value) {
    const auto answer = answered(protocol, arc_request("&" + name + "=" + value));
    CHECK(owner_of(answer, vault_url) == user_assigned.client_id);
    return text_of(parse_object(answer.body), name.c_str());
  };
  CHECK(confirmed("client_id", user_assigned.client_id) == user_assigned.client_id);
  CHECK(confirmed("object_id", user_assigned.object_id) == user_assigned.object_id);
  CHECK(confirmed("msi_res_id", user_assigned.resource_id) == user_assigned.resource_id);
  CHECK_FALSE(parse_object(answered(protocol, arc_request()).body).HasMember("object_id"));
}

TEST_CASE("Azure Arc refuses a wrong request before it creates a key") {
  simulated_arc protocol({});
  auto request = arc_request();
  const auto complaint = [&](const std::string& target) {
    request.target = target;
    return arc_complaint(request.ask(protocol));
  };
  const std::string path = "/metadata/identity/oauth2/token?";
  CHECK(complaint(path + "resource=https://a.test") == "400 invalid_request");
  CHECK(complaint(path + "api-version=2018-02-01&resource=https://a.test") ==
        "400 invalid_request");
  CHECK(complaint(path + "api-version=2019-11-01") == "400 invalid_request");
  CHECK(complaint(path + "api-version=2019-11-01&resource=%") == "400 invalid_request");
  CHECK(complaint(path + "api-version=2019-11-01&resource=https://a.test&client_id=x") ==
        "404 identity_not_found");
  CHECK(complaint(path + "api-version=2019-11-01&resource=https://a.test&client_id=" +
                  user_assigned.client_id + "&object_id=" + user_assigned.object_id) ==
        "400 invalid_request");
  CHECK(complaint("/msi/token") == "404 not_found");
  request = arc_request();
  request.fields.clear();
  CHECK(arc_complaint(request.ask(protocol)) == "400 invalid_request");
  request = arc_request();
  request.method = "POST";
  CHECK(arc_complaint(request.ask(protocol)) == "405 method_not_allowed");
  CHECK(files_in(protocol.key_directory()) == 0);
}

TEST_CASE("Azure Arc answers an unknown resource as Entra does") {
  simulated_arc protocol({});
  auto request = arc_request();
  request.target = "/metadata/identity/oauth2/token?api-version=2019-11-01&resource=vault";
  const auto answer = answered(protocol, request);
  CHECK(arc_complaint(answer) == "400 invalid_resource");
}
