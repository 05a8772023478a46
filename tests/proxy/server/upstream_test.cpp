#include "proxy/proxy_server.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace midas;
using namespace midas::internal::proxy;

namespace {

using variables = std::vector<environment_variable>;

const std::vector<endpoint_state> own_endpoints{
    {.where = {.address = "127.0.0.1", .port = 4180}},
    {.where = {.path = "/run/midas/s"}},
    {.where = {.address = "169.254.169.254", .port = 80}}};

token_service_options with(variables environment) {
  token_service_options result;
  result.environment = std::move(environment);
  return result;
}

std::string message_of(const expected<void>& checked) {
  return checked ? std::string{} : to_string(checked.error());
}

}  // namespace

TEST_CASE("an upstream is detected, or the URL of an IMDS, or a kind of host") {
  proxy_configuration configuration;
  CHECK_FALSE(upstream_options(configuration)->host.has_value());
  configuration.upstream = "http://127.0.0.1:50342";
  CHECK(upstream_options(configuration)->endpoint == "http://127.0.0.1:50342");
  configuration.upstream = "app-service";
  CHECK(upstream_options(configuration)->host == identity_host::app_service);
}

TEST_CASE("an upstream that is none is named with the choice that there is") {
  proxy_configuration configuration;
  configuration.upstream = GENERATE("", "imsd", "ftp://127.0.0.1", "http://example.com", "http://");
  const auto options = upstream_options(configuration);
  REQUIRE_FALSE(options.has_value());
  CHECK(options.error().code == errc::invalid_configuration);
  CHECK_FALSE(options.error().advice.empty());
}

TEST_CASE("the host is known before the first request, with its address and the reason") {
  const auto detected = upstream_host(
      with({{"IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token"}, {"IDENTITY_HEADER", "x"}}));
  REQUIRE(detected);
  CHECK(detected->host == identity_host::app_service);
  CHECK_THAT(detected->address, Catch::Matchers::Contains("http://127.0.0.1:41/"));
  CHECK_THAT(detected->reason, Catch::Matchers::Contains("IDENTITY_ENDPOINT"));
  auto chosen = with({});
  chosen.endpoint = "http://127.0.0.1:42";
  CHECK(upstream_host(chosen)->host == identity_host::imds);
  chosen.host = identity_host::app_service;
  chosen.endpoint.clear();
  CHECK_FALSE(upstream_host(chosen));
}

TEST_CASE("a variable that leads the proxy to itself is named") {
  const auto* url = GENERATE("http://127.0.0.1:4180", "http://localhost:4180/", "http://[::1]:4180",
                             "http://127.0.0.2:4180", "http://LOCALHOST:4180");
  const auto checked =
      check_upstream(with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", url}}), own_endpoints);
  CHECK_THAT(message_of(checked), Catch::Matchers::Contains("AZURE_POD_IDENTITY_AUTHORITY_HOST"));
  CHECK_THAT(message_of(checked), Catch::Matchers::Contains("--upstream"));
}

TEST_CASE("the variables of App Service may lead the proxy to itself, too") {
  const auto checked = check_upstream(
      with({{"IDENTITY_ENDPOINT", "http://localhost:4180/msi/token"}, {"IDENTITY_HEADER", "x"}}),
      own_endpoints);
  CHECK_THAT(message_of(checked), Catch::Matchers::Contains("IDENTITY_ENDPOINT"));
}

TEST_CASE("the option may lead the proxy to itself, and so may the default address of IMDS") {
  auto options = with({});
  CHECK_THAT(message_of(check_upstream(options, own_endpoints)),
             Catch::Matchers::Contains("http://169.254.169.254"));
  options.endpoint = "http://127.0.0.1:4180";
  CHECK_THAT(message_of(check_upstream(options, own_endpoints)),
             Catch::Matchers::Contains("--upstream names it"));
}

TEST_CASE("another port is another program") {
  CHECK(check_upstream(with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:4181"}}),
                       own_endpoints)
            .has_value());
}

TEST_CASE("a variable that the host does not use does no harm") {
  auto options = with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:4180"},
                       {"IDENTITY_ENDPOINT", "http://127.0.0.1:9999/msi/token"},
                       {"IDENTITY_HEADER", "x"}});
  CHECK(check_upstream(options, own_endpoints).has_value());
}

TEST_CASE("a listener that could not be bound is not the proxy") {
  auto endpoints = own_endpoints;
  endpoints[0].problem = "taken";
  CHECK(check_upstream(with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:4180"}}),
                       endpoints)
            .has_value());
}
