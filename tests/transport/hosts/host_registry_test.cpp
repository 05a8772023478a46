#include "transport/hosts/host_registry.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace host_registry_test {

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

TEST_CASE("each host has a protocol, with the address that the environment gives it") {
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

TEST_CASE("a host that was not detected, or an unknown one, has no protocol") {
  const auto detection = detect_host({}, identity_host::app_service);
  const auto endpoint = make_protocol(detection, {}, {});
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().message == detection.host.error().message);
  CHECK(make_protocol(static_cast<identity_host>(99), anywhere, {}).error().code ==
        errc::invalid_configuration);
}

TEST_CASE("every host has one row, and an unknown host has one of its own") {
  std::set<identity_host> hosts;
  std::set<std::string_view> options;
  for (const auto& row : host_profiles()) {
    CHECK(&profile_of(row.host) == &row);
    hosts.insert(row.host);
    options.insert(row.option);
  }
  CHECK(hosts.size() == host_profiles().size());
  CHECK(options.size() == host_profiles().size());
  // Every enumerator up to the last one.
  CHECK(static_cast<std::size_t>(*hosts.rbegin()) + 1 == hosts.size());
  CHECK(profile_of(static_cast<identity_host>(99)).name == "unknown");
}

TEST_CASE("the rows, and so the lists of hosts, are in the order of detection") {
  CHECK(host_options() ==
        "workload-identity, service-fabric, app-service, machine-learning, cloud-shell, arc, imds, "
        "app-service-2017");
  CHECK(host_options(36) ==
        "workload-identity, service-fabric,\napp-service, machine-learning,\ncloud-shell, arc, "
        "imds,\napp-service-2017");
  // A comma behind it, and one that may have to follow the next.
  CHECK(host_options(34).starts_with("workload-identity, service-fabric,\n"));
  CHECK(host_options(33).starts_with("workload-identity,\nservice-fabric"));
  CHECK(std::ranges::equal(identity_hosts(), host_profiles(), {}, {}, &host_profile::host));
}

TEST_CASE("the limits of IMDS are those that it documents, the others' those that were measured") {
  for (const auto host : identity_hosts()) {
    CHECK(default_limits(host) ==
          (host == identity_host::imds ? host_limits{5, 20} : host_limits{192, 0}));
  }
}

TEST_CASE("the environment variables that midas reads are those of the rows, each once") {
  const auto all = identity_variables();
  CHECK(std::set<std::string_view>(all.begin(), all.end()).size() == all.size());
  for (const auto* const name :
       {"AZURE_TENANT_ID", "IDENTITY_SERVER_THUMBPRINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID",
        "AZURE_AUTHORITY_HOST", "ProgramData", "AZURE_POD_IDENTITY_AUTHORITY_HOST"}) {
    CHECK(std::ranges::find(all, name) != all.end());
  }
}

TEST_CASE("a host whose agent listens on this machine is reached by IPv4 if it is at localhost") {
  using host = identity_host;
  auto environment = anywhere;
  const auto asks_ipv4 = [&](host which, const std::string& endpoint) {
    environment.variables["IDENTITY_ENDPOINT"] = endpoint;
    environment.variables["MSI_ENDPOINT"] = endpoint;
    const auto protocol = make_protocol(which, environment, {.allow_insecure = true});
    REQUIRE(protocol);
    const auto request = protocol->encode({.resource = "R"}, "");
    REQUIRE(request);
    return request->ipv4_only;
  };
  for (const auto which : {host::azure_arc, host::app_service, host::app_service_2017,
                           host::machine_learning, host::cloud_shell}) {
    CHECK(asks_ipv4(which, "http://localhost:1/msi"));
    CHECK(asks_ipv4(which, "http://LocalHost/msi"));
    CHECK_FALSE(asks_ipv4(which, "http://[::1]:1/msi"));
    CHECK_FALSE(asks_ipv4(which, "http://localhost.example/msi"));
  }
  // Its certificate is pinned, whoever listens.
  CHECK_FALSE(asks_ipv4(host::service_fabric, "https://localhost:1/msi"));
}

TEST_CASE("a client or object id has at most 64 characters, unless the host supports none") {
  const auto encode = [](identity_host host, const managed_identity& identity) {
    return make_protocol(host, anywhere, {})->encode({.identity = identity, .resource = "R"}, "");
  };
  const std::string most(64, 'x');
  const std::string more(65, 'x');
  for (const auto host : {identity_host::imds, identity_host::app_service, identity_host::azure_arc,
                          identity_host::machine_learning}) {
    CHECK(encode(host, managed_identity::client_id(most)));
    const auto refused = encode(host, managed_identity::client_id(more));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_identity);
    CHECK(refused.error().message.find("client id") != std::string::npos);
    CHECK(refused.error().message.find("has 65 characters; the maximum is 64") !=
          std::string::npos);
    CHECK_FALSE(refused.error().advice.empty());
  }
  CHECK(encode(identity_host::imds, managed_identity::object_id(most)));
  CHECK(encode(identity_host::imds, managed_identity::object_id(more)).error().code ==
        errc::invalid_identity);
  CHECK(encode(identity_host::imds, managed_identity::resource_id(more)));
  CHECK(encode(identity_host::machine_learning, managed_identity::object_id(more)).error().code ==
        errc::identity_not_supported);
}

TEST_CASE("IMDS alone never sends the errors of App Service") {
  for (const auto host : identity_hosts()) {
    CAPTURE(to_string(host));
    const auto protocol = make_protocol(host, anywhere, {});
    REQUIRE(protocol);
    http_response response{.status = 400};
    response.body = R"({"statusCode":400,"message":"x"})";
    const auto answer = protocol->decode({.resource = "R"}, std::move(response), {}, 0);
    REQUIRE_FALSE(answer);
    const auto is_foreign = answer.error().message.find("form of App Service") != std::string::npos;
    CHECK(is_foreign == (host == identity_host::imds));
  }
}

}  // namespace host_registry_test
