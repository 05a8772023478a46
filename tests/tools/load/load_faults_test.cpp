#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tools/load/fault_spans.hpp"
#include "tools/load/load_host.hpp"

using namespace midas;
using namespace midas::internal::tools;
using midas::internal::make_error;

TEST_CASE("failed exchanges are faults of the host") {
  auto unavailable = make_error(errc::service_unavailable, "no");
  unavailable.http_status = 503;
  CHECK(fault_of(acquisition_retried{.failure = unavailable}, "IMDS") == "503 from IMDS");
  CHECK(fault_of(exchange_finished{.status = 503}, "IMDS") == "503 from IMDS");
  CHECK(fault_of(exchange_finished{.failure = errc::unreachable}, "IMDS") ==
        "unreachable from IMDS");
  auto refused = make_error(errc::request_rejected, "no");
  refused.http_status = 400;
  CHECK(fault_of(acquisition_failed{.failure = refused}, "IMDS") == "400 from IMDS");
  CHECK(fault_of(exchange_finished{.failure = errc::request_timeout}, "IMDS") ==
        "request_timeout from IMDS");
  CHECK(fault_of(exchange_finished{.failure = errc::cancelled}, "IMDS") ==
        "request_timeout from IMDS");
}

TEST_CASE("an acquisition that ends with a temporary failure is not another fault") {
  auto unavailable = make_error(errc::service_unavailable, "no");
  unavailable.http_status = 503;
  CHECK_FALSE(fault_of(acquisition_failed{.failure = unavailable}, "IMDS"));
}

TEST_CASE("a failure that midas decides itself, and the challenge of Azure Arc, are not faults") {
  CHECK_FALSE(fault_of(exchange_finished{.status = 200}, "IMDS"));
  CHECK_FALSE(fault_of(exchange_finished{.status = 401}, "Azure Arc"));
  CHECK_FALSE(fault_of(acquisition_succeeded{}, "IMDS"));
  const auto code = GENERATE(errc::deadline_exceeded, errc::host_busy, errc::shutting_down);
  CHECK_FALSE(fault_of(acquisition_failed{.failure = make_error(code, "no")}, "IMDS"));
}

TEST_CASE("faults in neighboring seconds are one span") {
  CHECK(merged_spans({}).empty());
  const auto spans = merged_spans({{"b", {1, 2, 3, 5, 8}}, {"a", {4, 9}}});
  CHECK(spans == std::vector<fault_span>{{1, 6, "b"}, {4, 5, "a"}, {8, 9, "b"}, {9, 10, "a"}});
}

TEST_CASE("a target is the address in the environment of each kind of host") {
  const auto [host, variable] = GENERATE(table<identity_host, std::string>({
      {identity_host::imds, ""},
      {identity_host::app_service, "IDENTITY_ENDPOINT"},
      {identity_host::app_service_2017, "MSI_ENDPOINT"},
      {identity_host::service_fabric, "IDENTITY_ENDPOINT"},
      {identity_host::azure_arc, "IDENTITY_ENDPOINT"},
      {identity_host::machine_learning, "MSI_ENDPOINT"},
      {identity_host::cloud_shell, "MSI_ENDPOINT"},
      {identity_host::workload_identity, "AZURE_AUTHORITY_HOST"},
  }));
  CHECK(endpoint_variable_of(host) == variable);
}
