// Every host over a socket, as a client that knows only its environment.
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include <midas/simulated_host.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

const std::string resource = "resource=https%3A%2F%2Fvault.azure.net";

std::map<std::string, std::string> environment_of(const simulated_host& host) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : host.environment()) {
    result[name] = value;
  }
  return result;
}

/// The client id of the identity whose token this is.
std::string owner_of(const curl_answer& answer) {
  INFO(answer.body);
  REQUIRE(answer.code == CURLE_OK);
  REQUIRE(answer.status == 200);
  const auto token = decode_token(text_of(parse_object(answer.body), "access_token"));
  CHECK(text_of(token.payload, "aud") == "https://vault.azure.net");
  return text_of(token.payload, "appid");
}

const auto system_assigned = sample_system_assigned_identity().client_id;

}  // namespace

TEST_CASE("a program finds a simulated IMDS through its environment") {
  const simulated_host host;
  const auto environment = environment_of(host);
  REQUIRE(environment.size() == 1);
  const auto url = environment.at("AZURE_POD_IDENTITY_AUTHORITY_HOST") +
                   "/metadata/identity/oauth2/token?api-version=2018-02-01&" + resource;
  CHECK(owner_of(curl_client({}).ask(url, {"Metadata: true"})) == system_assigned);
}

TEST_CASE("a program finds a simulated App Service through its environment") {
  const simulated_host host(options_of(identity_host::app_service));
  const auto environment = environment_of(host);
  REQUIRE(environment.size() == 2);
  const auto url = environment.at("IDENTITY_ENDPOINT") + "?api-version=2019-08-01&" + resource;
  curl_client client({});
  CHECK(owner_of(client.ask(url, {"X-IDENTITY-HEADER: " + environment.at("IDENTITY_HEADER")})) ==
        system_assigned);
  CHECK(client.ask(url).status == 401);
}

TEST_CASE("a program finds App Service 2017 and Machine Learning through MSI_ENDPOINT") {
  const auto host_kind = GENERATE(identity_host::app_service_2017, identity_host::machine_learning);
  const simulated_host host(options_of(host_kind));
  const auto environment = environment_of(host);
  const auto url = environment.at("MSI_ENDPOINT") + "?api-version=2017-09-01&" + resource;
  curl_client client({});
  CHECK(owner_of(client.ask(url, {"secret: " + environment.at("MSI_SECRET")})) == system_assigned);
  CHECK(client.ask(url, {"secret: guessed"}).status == 401);
}

TEST_CASE("a program finds a simulated Cloud Shell through its environment") {
  const simulated_host host(options_of(identity_host::cloud_shell));
  const auto url = environment_of(host).at("MSI_ENDPOINT");
  curl_client client({});
  CHECK(owner_of(client.ask(url, {"Metadata: true"}, resource)) == system_assigned);
  CHECK(client.ask(url, {"Metadata: true"}).status == 405);
}

TEST_CASE("a program finds a simulated Service Fabric through its environment, over TLS") {
  const simulated_host host(options_of(identity_host::service_fabric));
  const auto environment = environment_of(host);
  CHECK(host.endpoint() == "https://127.0.0.1:" + std::to_string(host.port()));
  const auto url =
      environment.at("IDENTITY_ENDPOINT") + "?api-version=2019-07-01-preview&" + resource;
  const std::vector<std::string> fields{"Secret: " + environment.at("IDENTITY_HEADER")};
  curl_client client(host.certificate_file());
  const auto answer = client.ask(url, fields);
  CHECK(owner_of(answer) == system_assigned);
  CHECK(answer.certificate == file_text(host.certificate_file()));
  CHECK(environment.at("IDENTITY_SERVER_THUMBPRINT") == host.certificate_thumbprint());
  CHECK(host.certificate_thumbprint().size() == 40);
  CHECK(host.certificate_thumbprint().find_first_not_of("0123456789ABCDEF") == std::string::npos);
  CHECK(client.ask(url).status == 400);
}

TEST_CASE("a program finds a simulated workload identity through its environment, over TLS") {
  const simulated_host host(options_of(identity_host::workload_identity));
  const auto environment = environment_of(host);
  const auto url = environment.at("AZURE_AUTHORITY_HOST") + environment.at("AZURE_TENANT_ID") +
                   "/oauth2/v2.0/token";
  const auto form =
      "grant_type=client_credentials&client_assertion_type="
      "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
      "&scope=https%3A%2F%2Fvault.azure.net%2F.default&client_id=" +
      environment.at("AZURE_CLIENT_ID") +
      "&client_assertion=" + file_text(environment.at("AZURE_FEDERATED_TOKEN_FILE"));
  CHECK(owner_of(curl_client(host.certificate_file()).ask(url, {}, form)) ==
        sample_user_assigned_identity().client_id);
}

TEST_CASE("workload identity can be served without TLS") {
  auto options = options_of(identity_host::workload_identity);
  options.plain_http = true;
  const simulated_host host(options);
  CHECK(host.endpoint().starts_with("http://127.0.0.1:"));
  CHECK(host.certificate_file().empty());
  CHECK(host.certificate_thumbprint().empty());
}

TEST_CASE(
    "a program finds a simulated Azure Arc through its environment and answers its challenge") {
  auto options = options_of(identity_host::azure_arc);
  const simulated_host ground(options);
  options.arc_key_directory = ground.arc_key_directory() + "/tokens";
  {
    const simulated_host host(options);
    CHECK(host.arc_key_directory() == options.arc_key_directory);
    const auto target = "/metadata/identity/oauth2/token?api-version=2020-06-01&" + resource;
    CHECK(environment_of(host).at("IMDS_ENDPOINT") + "/metadata/identity/oauth2/token" ==
          environment_of(host).at("IDENTITY_ENDPOINT"));
    raw_client client(host.port());
    const auto first = client.get(target);
    REQUIRE(first);
    REQUIRE(first->status == 401);
    const auto challenge = first->fields.at("www-authenticate");
    REQUIRE(challenge.starts_with("Basic realm=" + options.arc_key_directory + "/"));
    const auto key = file_text(challenge.substr(challenge.find('=') + 1));
    client.send(get_request(target, "Metadata: true\r\nAuthorization: Basic " + key + "\r\n"));
    const auto second = client.receive();
    REQUIRE(second);
    CHECK(second->status == 200);
    CHECK(client.get(target)->status == 401);
    CHECK(host.statistics().token_requests == 3);
  }
  CHECK_FALSE(std::filesystem::exists(options.arc_key_directory));
}

TEST_CASE("a secret is the given one or a random one") {
  auto options = options_of(identity_host::app_service);
  options.secret = "given";
  CHECK(environment_of(simulated_host(options)).at("IDENTITY_HEADER") == "given");
  const auto one =
      environment_of(simulated_host(options_of(identity_host::app_service))).at("IDENTITY_HEADER");
  const auto other =
      environment_of(simulated_host(options_of(identity_host::app_service))).at("IDENTITY_HEADER");
  CHECK(one.size() == 32);
  CHECK(one != other);
  for (const auto* bad : {"two words", "line\r\nend", "\x7f", "é"}) {
    options.secret = bad;
    CHECK(refusal_of(options).find("secret must be visible ASCII") != std::string::npos);
  }
}

TEST_CASE("every host has statistics, which are not delayed") {
  for (const auto host_kind :
       {identity_host::app_service, identity_host::cloud_shell, identity_host::azure_arc}) {
    auto options = options_of(host_kind);
    options.latency = 10min;
    const simulated_host host(options);
    curl_client client({});
    const auto answer = client.ask(host.endpoint() + "/stats");
    CHECK(answer.status == 200);
    CHECK(answer.body == to_json(host.statistics()));
  }
}
