#include "simulator/hosts/host_registry.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <stdexcept>

using namespace midas;
using namespace midas::internal::simulator;

TEST_CASE("every identity host has one simulated counterpart") {
  const auto rows = simulated_host_rows();
  CHECK(rows.size() == identity_hosts().size());
  for (const auto host : identity_hosts()) {
    CAPTURE(option_name(host));
    CHECK(std::count_if(rows.begin(), rows.end(),
                        [host](const simulated_host_row& row) { return row.host == host; }) == 1);
    CHECK(row_of(host).host == host);
  }
}

TEST_CASE("the environment of every simulated host has its endpoint") {
  for (const auto& row : simulated_host_rows()) {
    CAPTURE(option_name(row.host));
    simulated_host_options options;
    options.host = row.host;
    options.secret = "secret";
    const auto protocol = row.make(options, "thumbprint");
    const auto variables = protocol->environment("http://127.0.0.1:1");
    REQUIRE_FALSE(variables.empty());
    CHECK(variables.front().value.starts_with("http://127.0.0.1:1"));
  }
}

TEST_CASE("only Azure Arc has a key directory") {
  for (const auto& row : simulated_host_rows()) {
    CAPTURE(option_name(row.host));
    simulated_host_options options;
    options.host = row.host;
    CHECK(row.make(options, "")->key_directory().empty() == (row.host != identity_host::azure_arc));
  }
}

TEST_CASE("Service Fabric always uses TLS, workload identity unless plain_http is set") {
  simulated_host_options options;
  for (const auto plain_http : {false, true}) {
    options.plain_http = plain_http;
    for (const auto& row : simulated_host_rows()) {
      CAPTURE(option_name(row.host), plain_http);
      CHECK(row.uses_tls(options) ==
            (row.host == identity_host::service_fabric ||
             (row.host == identity_host::workload_identity && !plain_http)));
    }
  }
}

TEST_CASE("a host that is not an enumerator is refused") {
  CHECK_THROWS_AS(row_of(static_cast<identity_host>(200)), std::invalid_argument);
}
