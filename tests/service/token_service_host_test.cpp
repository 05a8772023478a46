// A token service on each kind of host, selected by an environment that the test provides.
#include "service/service_core.hpp"
#include "tests/service/patience.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/vault.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/token_service.hpp>

#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

const std::map<std::string, std::string, std::less<>> arc{
    {"IDENTITY_ENDPOINT", "http://127.0.0.1:40342/metadata/identity/oauth2/token"},
    {"IMDS_ENDPOINT", "http://127.0.0.1:40342"}};

struct service_on_host {
  explicit service_on_host(const token_service_options& options)
      : tokens(make_token_service(options, transport)) {}

  void wait_until_asked(std::size_t count) const {
    while (transport->started() < count) {
      std::this_thread::yield();
    }
  }

  std::string url_of(std::size_t index) const {
    wait_until_asked(index + 1);
    return transport->request(index).url;
  }

  void ask(const std::string& resource) {
    tokens.get_async({.resource = resource}, patience,
                     [this](auto outcome) { results.add(std::move(outcome)); });
  }

  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  outcomes results;
  token_service tokens;
};

}  // namespace

TEST_CASE("a service asks the host that its environment indicates") {
  service_on_host service{on(arc)};
  service.ask(vault_url);
  CHECK(service.url_of(0).starts_with(arc.at("IDENTITY_ENDPOINT") + "?api-version=2020-06-01"));
}

TEST_CASE("a service asks the chosen host, whatever its environment indicates") {
  auto options = on(arc);
  options.host = identity_host::imds;
  service_on_host service{options};
  service.ask(vault_url);
  CHECK(service.url_of(0).starts_with("http://169.254.169.254/metadata/identity/oauth2/token?"));
}

TEST_CASE(
    "a service with an explicit endpoint asks IMDS there, whatever its environment indicates") {
  auto options = on(arc);
  options.endpoint = "http://127.0.0.1:8080";
  service_on_host service{options};
  service.ask(vault_url);
  CHECK(service.url_of(0).starts_with("http://127.0.0.1:8080/metadata/identity/oauth2/token?"));
}

TEST_CASE("a service reads its environment once, when it is created") {
  const std::string variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
  REQUIRE(setenv(variable.c_str(), "http://127.0.0.1:1111", 1) == 0);
  service_on_host service{{}};
  REQUIRE(setenv(variable.c_str(), "http://127.0.0.1:2222", 1) == 0);
  service.ask(vault_url);
  CHECK(service.url_of(0).starts_with("http://127.0.0.1:1111/"));
  REQUIRE(setenv(variable.c_str(), "http://127.0.0.1:9", 1) == 0);
}

TEST_CASE("a service in a contradictory environment reports that and sends nothing") {
  auto chosen = on({});
  chosen.host = identity_host::service_fabric;
  auto with_endpoint = on({});
  with_endpoint.host = identity_host::azure_arc;
  with_endpoint.endpoint = "http://127.0.0.1:8080";
  const auto [options, named] = GENERATE_COPY(table<token_service_options, std::string>({
      {chosen, "IDENTITY_ENDPOINT"},
      {with_endpoint, "Azure Arc"},
  }));
  service_on_host service{options};
  const auto token = service.tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::invalid_configuration);
  CHECK(token.error().message.find(named) != std::string::npos);
  CHECK(to_string(token.error()).find("hidden") == std::string::npos);
  CHECK_FALSE(token.error().advice.empty());
  CHECK(service.transport->started() == 0);
}

TEST_CASE("an error names the variable that has no effect because its partner is missing") {
  service_on_host service{on({{"IDENTITY_HEADER", "hidden"}})};
  service.ask(vault_url);
  CHECK(service.url_of(0).starts_with("http://169.254.169.254/metadata/identity/oauth2/token?"));
  service.transport->respond(0, 400, R"({"error":"x"})");
  const auto token = service.tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  const auto text = to_string(token.error());
  CHECK(
      text.ends_with("IMDS was assumed because no variable names another host; IDENTITY_HEADER is "
                     "set, but has no effect without IDENTITY_ENDPOINT"));
  CHECK(text.find("hidden") == std::string::npos);
}

TEST_CASE("a host that supports it receives the capabilities and the hash of the rejected token") {
  auto options = on({{"IDENTITY_ENDPOINT", "https://127.0.0.1:2377/token"},
                     {"IDENTITY_HEADER", "hidden"},
                     {"IDENTITY_SERVER_THUMBPRINT", "0123456789abcdef0123456789abcdef01234567"}});
  options.client_capabilities = {"cp1", "cp2"};
  service_on_host service{options};
  service.ask(vault_url);
  CHECK(service.url_of(0).find("&xms_cc=cp1%2Ccp2") != std::string::npos);
  CHECK(service.url_of(0).find("sha256") == std::string::npos);
  service.transport->respond(0, 200, R"({"access_token":"test_token","expires_in":86400})");
  CHECK(all_same_token(service.results.wait_for(1)));
  service.tokens.get_async({.resource = vault_url, .claims = "{}"}, patience,
                           [&service](auto outcome) { service.results.add(std::move(outcome)); });
  CHECK(
      service.url_of(1).find("&token_sha256_to_refresh="
                             "cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656") !=
      std::string::npos);
  service.transport->respond(1, 200, R"({"access_token":"another","expires_in":86400})");
  CHECK(service.results.wait_for(2).back()->token().reveal() == "another");
  CHECK(service.tokens.try_get(vault)->token().reveal() == "another");
}

TEST_CASE("one identity has four requests in flight to IMDS by default, and more to other hosts") {
  auto more = on({});
  more.limits = host_limits{7, 1'000};
  const auto [options, at_once] = GENERATE_COPY(table<token_service_options, std::size_t>({
      {on({}), 4},
      {more, 6},
      {on(arc), 10},
  }));
  service_on_host service{options};
  for (int i = 0; i < 10; ++i) {
    service.ask("https://resource-" + std::to_string(i));
  }
  service.wait_until_asked(at_once);
  // Requests within the limit are sent before this one is rejected.
  CHECK_FALSE(service.tokens.get({.resource = "https://another"}, 50ms));
  CHECK(service.transport->started() == (at_once == 10 ? 11 : at_once));
}

TEST_CASE("the default limits depend on the host") {
  CHECK(default_limits(identity_host::imds) == host_limits{5, 20});
  CHECK(default_limits(identity_host::app_service) == host_limits{192, 0});
}

TEST_CASE("plain http to a name is allowed by an option only") {
  token_service_options options;
  options.endpoint = "http://imds.example.com";
  {
    service_on_host refused{options};
    CHECK(refused.tokens.get(vault, patience).error().code == errc::endpoint_not_allowed);
    CHECK(refused.transport->started() == 0);
  }
  options.allow_insecure_endpoint = true;
  service_on_host allowed{options};
  allowed.ask(vault_url);
  CHECK_THAT(allowed.url_of(0), Catch::Matchers::StartsWith("http://imds.example.com/"));
}

TEST_CASE("the options name the proxy and the authorities of the federated exchange") {
  const temporary_file federated_token{"a.b.c"};
  auto options = on({{"AZURE_CLIENT_ID", "6a5e3c1b-0000-1111-2222-333344445555"},
                     {"AZURE_TENANT_ID", "contoso"},
                     {"AZURE_FEDERATED_TOKEN_FILE", federated_token.path()}});
  options.proxy = "http://proxy.example:8080";
  options.ca_file = "/authorities.pem";
  service_on_host service{options};
  service.ask(vault_url);
  service.wait_until_asked(1);
  const auto request = service.transport->request(0);
  REQUIRE(request.internet);
  CHECK(request.internet->proxy == "http://proxy.example:8080");
  CHECK(request.internet->ca_file == "/authorities.pem");
}
