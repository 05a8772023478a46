#include "transport/hosts/host_registry.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace midas;
using namespace midas::internal;

namespace {

const host_environment anywhere{
    .variables = {{"AZURE_TENANT_ID", "t"},
                  {"AZURE_CLIENT_ID", "c"},
                  {"AZURE_FEDERATED_TOKEN_FILE", "f"},
                  {"IDENTITY_ENDPOINT", "https://127.0.0.1:1/identity"},
                  {"IDENTITY_HEADER", "h"},
                  {"IDENTITY_SERVER_THUMBPRINT", "0123456789abcdef0123456789abcdef01234567"},
                  {"MSI_ENDPOINT", "http://127.0.0.1:2/msi"},
                  {"MSI_SECRET", "s"},
                  {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:3"}}};

}  // namespace

TEST_CASE("each host has a dialect, at the address that the environment gives it") {
  using host = identity_host;
  const auto [chosen, address] = GENERATE(table<host, std::string>({
      {host::imds, "http://127.0.0.1:3/metadata/identity/oauth2/token"},
      {host::app_service, "https://127.0.0.1:1/identity"},
      {host::app_service_2017, "http://127.0.0.1:2/msi"},
      {host::service_fabric, "https://127.0.0.1:1/identity"},
      {host::azure_arc, "https://127.0.0.1:1/identity"},
      {host::machine_learning, "http://127.0.0.1:2/msi"},
      {host::cloud_shell, "http://127.0.0.1:2/msi"},
      {host::workload_identity, "https://login.microsoftonline.com/t/oauth2/v2.0/token"},
  }));
  const auto endpoint = make_protocol(detect_host(anywhere, chosen), anywhere, {});
  REQUIRE(endpoint);
  CHECK(endpoint->host == chosen);
  CHECK(endpoint->source == to_string(chosen));
  CHECK(endpoint->address == address);
  CHECK(endpoint->encode);
  CHECK(endpoint->decode);
}

TEST_CASE("there is no endpoint of a host that was not found, nor of one of no known kind") {
  const host_environment contradictory{.variables = {{"MSI_SECRET", "s"}}};
  const auto detection = detect_host(contradictory);
  const auto endpoint = make_protocol(detection, contradictory, {});
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().message == detection.host.error().message);
  CHECK(make_protocol(static_cast<identity_host>(99), anywhere, {}).error().code ==
        errc::invalid_configuration);
}
