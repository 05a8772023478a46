#include "transport/hosts/host_detection.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/hosts/host_environments.hpp"
#include "transport/hosts/host_registry.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace host_detection_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

using host = identity_host;

// "App Service: IDENTITY_ENDPOINT set, IDENTITY_HEADER not set"
std::string described(const host_finding& finding) {
  std::ostringstream text;
  text << to_string(finding.host) << (finding.matched ? "!" : ":");
  for (const auto& each : finding.evidence) {
    text << (&each == finding.evidence.data() ? " " : ", ") << each.subject << ' ' << each.found;
  }
  return text.str();
}

std::vector<std::string> described(const host_detection& detection) {
  std::vector<std::string> result;
  for (const auto& each : detection.findings) {
    result.push_back(described(each));
  }
  return result;
}

void check_contradiction(const host_detection& detection, const std::string& variable) {
  REQUIRE_FALSE(detection.host);
  CHECK(detection.host.error().code == errc::invalid_configuration);
  CHECK_THAT(detection.host.error().message, Contains(variable));
  CHECK_FALSE(detection.host.error().advice.empty());
}

const variables all_of_them{
    {"AZURE_TENANT_ID", "SECRET-1"},
    {"AZURE_CLIENT_ID", "SECRET-2"},
    {"AZURE_FEDERATED_TOKEN_FILE", "SECRET-3"},
    {"IDENTITY_ENDPOINT", "SECRET-4"},
    {"IDENTITY_HEADER", "SECRET-5"},
    {"IDENTITY_SERVER_THUMBPRINT", "SECRET-6"},
    {"MSI_ENDPOINT", "SECRET-7"},
    {"MSI_SECRET", "SECRET-8"},
    {"IMDS_ENDPOINT", "SECRET-9"},
};

}  // namespace

TEST_CASE("a host is detected by its variables") {
  const auto [expected_host, set] = GENERATE(table<host, variables>({
      {host::workload_identity,
       {{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_FEDERATED_TOKEN_FILE", "f"}}},
      {host::service_fabric,
       {{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_HEADER", "h"}, {"IDENTITY_SERVER_THUMBPRINT", "t"}}},
      {host::app_service, {{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_HEADER", "h"}}},
      {host::machine_learning, {{"MSI_ENDPOINT", "e"}, {"MSI_SECRET", "s"}}},
      {host::cloud_shell, {{"MSI_ENDPOINT", "e"}}},
      {host::azure_arc, {{"IDENTITY_ENDPOINT", "e"}, {"IMDS_ENDPOINT", "i"}}},
      {host::imds, {}},
      {host::imds, {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "a"}}},
  }));
  const auto detection = detect_host(with(set));
  REQUIRE(detection.host);
  CHECK(*detection.host == expected_host);
  CHECK(detection.findings.back().host == expected_host);
  CHECK(detection.findings.back().matched);
  CHECK(detection.remarks.empty());
}

TEST_CASE("if the variables of several hosts are set, the first in order is detected") {
  // Removes the variables of each host in turn, so that the next one is detected.
  auto set = all_of_them;
  CHECK(*detect_host(with(set)).host == host::workload_identity);
  set["AZURE_CLIENT_ID"] = "";
  CHECK(*detect_host(with(set)).host == host::service_fabric);
  set["IDENTITY_SERVER_THUMBPRINT"] = "";
  CHECK(*detect_host(with(set)).host == host::app_service);
  set["IDENTITY_HEADER"] = "";
  CHECK(*detect_host(with(set)).host == host::machine_learning);
  set["MSI_SECRET"] = "";
  CHECK(*detect_host(with(set)).host == host::cloud_shell);
  set["MSI_ENDPOINT"] = "";
  CHECK(*detect_host(with(set)).host == host::azure_arc);
  set["IMDS_ENDPOINT"] = "";
  CHECK(*detect_host(with(set)).host == host::imds);
}

TEST_CASE("the agent alone identifies Azure Arc, after all hosts that have variables") {
  CHECK(*detect_host(with_agent()).host == host::azure_arc);
  CHECK(*detect_host(with_agent({{"IDENTITY_ENDPOINT", "e"}})).host == host::azure_arc);
  CHECK(*detect_host(with_agent({{"MSI_ENDPOINT", "e"}})).host == host::cloud_shell);
  CHECK(*detect_host(with_agent({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "a"}})).host ==
        host::azure_arc);
}

TEST_CASE("an incomplete set of variables identifies no host") {
  const variables set = GENERATE(values<variables>({
      {{"IDENTITY_ENDPOINT", "e"}},
      {{"IMDS_ENDPOINT", "i"}},
      {{"IDENTITY_SERVER_THUMBPRINT", "t"}},
      {{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_SERVER_THUMBPRINT", "t"}},
      {{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}},
      {{"AZURE_FEDERATED_TOKEN_FILE", "f"}},
      {{"DEFAULT_IDENTITY_CLIENT_ID", "c"}},
      {{"IDENTITY_HEADER", ""}, {"MSI_SECRET", ""}},
  }));
  const auto detection = detect_host(with(set));
  REQUIRE(detection.host);
  CHECK(*detection.host == host::imds);
}

TEST_CASE("a detection lists what it examined, in order, and what it found") {
  CHECK(described(detect_host(with({{"IDENTITY_ENDPOINT", "e"},
                                    {"IDENTITY_HEADER", ""},
                                    {"IMDS_ENDPOINT", "i"},
                                    {"MSI_SECRET", "s"}}))) ==
        std::vector<std::string>{
            "Workload identity: AZURE_TENANT_ID not set, AZURE_CLIENT_ID not set, "
            "AZURE_FEDERATED_TOKEN_FILE not set",
            "Service Fabric: IDENTITY_ENDPOINT set, IDENTITY_HEADER empty, which counts as not "
            "set, IDENTITY_SERVER_THUMBPRINT not set",
            "App Service: IDENTITY_ENDPOINT set, IDENTITY_HEADER empty, which counts as not set",
            "Machine Learning: MSI_ENDPOINT not set, MSI_SECRET set",
            "Cloud Shell: MSI_ENDPOINT not set",
            "Azure Arc! IDENTITY_ENDPOINT set, IMDS_ENDPOINT set"});
  CHECK(described(detect_host(with_agent()).findings.back()) ==
        "Azure Arc! IDENTITY_ENDPOINT not set, IMDS_ENDPOINT not set, the file "
        "/opt/azcmagent/bin/himds exists");
  const auto on_nothing = described(detect_host({.platform = host_platform::other}));
  REQUIRE(on_nothing.size() == 7);
  CHECK(on_nothing[5] ==
        "Azure Arc: IDENTITY_ENDPOINT not set, IMDS_ENDPOINT not set, Azure Arc's agent does not "
        "run on this platform");
  CHECK(on_nothing[6] == "IMDS! AZURE_POD_IDENTITY_AUTHORITY_HOST not set, another host not found");
  CHECK(described(detect_host(with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "a"}})))[6] ==
        "IMDS! AZURE_POD_IDENTITY_AUTHORITY_HOST set");
}

TEST_CASE("variables that the detected host does not use are remarked on") {
  const auto detection =
      detect_host(with({{"MSI_ENDPOINT", "e"}, {"IDENTITY_HEADER", "h"}, {"IMDS_ENDPOINT", "i"}}));
  CHECK(*detection.host == host::cloud_shell);
  CHECK(detection.remarks ==
        std::vector<std::string>{
            "IDENTITY_HEADER is set, but has no effect without IDENTITY_ENDPOINT",
            "IMDS_ENDPOINT is set, but has no effect without IDENTITY_ENDPOINT"});
  const auto two = detect_host(with({{"IDENTITY_ENDPOINT", "e"},
                                     {"IDENTITY_HEADER", "h"},
                                     {"MSI_ENDPOINT", "e"},
                                     {"MSI_SECRET", "s"}}));
  CHECK(two.remarks ==
        std::vector<std::string>{"MSI_ENDPOINT is set, but App Service does not use it",
                                 "MSI_SECRET is set, but App Service does not use it"});
  CHECK_THAT(two.reason, !Contains("MSI"));
}

TEST_CASE("variables that unrelated programs set, too, are not remarked on") {
  const auto detection = detect_host(
      with({{"MSI_ENDPOINT", "e"}, {"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}}));
  CHECK(*detection.host == host::cloud_shell);
  CHECK(detection.remarks.empty());
}

TEST_CASE("a chosen host takes precedence over the environment") {
  const auto detection = detect_host(with(all_of_them), host::cloud_shell);
  CHECK(*detection.host == host::cloud_shell);
  CHECK(described(detection) ==
        std::vector<std::string>{"Cloud Shell! the host option set, MSI_ENDPOINT set"});
  CHECK(*detect_host(with(all_of_them), host::app_service_2017).host == host::app_service_2017);
  CHECK(*detect_host(with_agent(), host::imds).host == host::imds);
  CHECK(*detect_host({}, host::azure_arc).host == host::azure_arc);
}

TEST_CASE("a chosen host that lacks a variable is rejected, naming the variable and a remedy") {
  const auto [chosen, set, missing] = GENERATE(table<host, variables, std::string>({
      {host::workload_identity, {{"AZURE_TENANT_ID", "t"}}, "AZURE_CLIENT_ID"},
      {host::service_fabric,
       {{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_HEADER", "h"}},
       "IDENTITY_SERVER_THUMBPRINT"},
      {host::app_service, {}, "IDENTITY_ENDPOINT"},
      {host::app_service, {{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_HEADER", ""}}, "IDENTITY_HEADER"},
      {host::app_service_2017, {{"MSI_ENDPOINT", "e"}}, "MSI_SECRET"},
      {host::machine_learning, {{"MSI_SECRET", "s"}}, "MSI_ENDPOINT"},
      {host::cloud_shell, {}, "MSI_ENDPOINT"},
  }));
  const auto detection = detect_host(with(set), chosen);
  check_contradiction(detection, missing);
  CHECK_THAT(detection.host.error().message, Contains(std::string{to_string(chosen)}));
  CHECK_FALSE(detection.findings.back().matched);
  CHECK_FALSE(detect_host({}, static_cast<host>(99)).host);
  CHECK_FALSE(detect_host({}, static_cast<host>(99), "http://127.0.0.1").host);
}

TEST_CASE("the endpoint option selects IMDS, and contradicts the choice of another host") {
  CHECK(*detect_host(with(all_of_them), {}, "http://127.0.0.1:1").host == host::imds);
  CHECK(*detect_host(with(all_of_them), host::imds, "http://127.0.0.1:1").host == host::imds);
  CHECK(described(detect_host({}, {}, "http://127.0.0.1:1")) ==
        std::vector<std::string>{"IMDS! the endpoint option set"});
  const auto both = detect_host(with(all_of_them), host::app_service, "http://127.0.0.1:1");
  check_contradiction(both, "App Service");
}

TEST_CASE("no text of a detection contains the value of a variable") {
  const std::optional<host> chosen =
      GENERATE(values<std::optional<host>>({std::nullopt, host::app_service, host::imds}));
  auto set = all_of_them;
  for (const std::string left_out : {"", "AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "MSI_ENDPOINT"}) {
    set.erase(left_out);
    const auto detection = detect_host(with(set), chosen);
    std::ostringstream said;
    for (const auto& each : described(detection)) {
      said << each << '\n';
    }
    for (const auto& each : detection.remarks) {
      said << each << '\n';
    }
    said << detection.reason << '\n';
    if (!detection.host) {
      said << detection.host.error();
    }
    CHECK_THAT(said.str(), !Contains("SECRET-"));
  }
}

TEST_CASE("IMDS is unlikely only if nothing names it and the machine is not one of Azure") {
  const auto is_unlikely = [](host_environment environment, std::optional<host> chosen = {},
                              std::string authority = {}) {
    environment.may_be_azure_machine = false;
    const auto detection = detect_host(environment, chosen, authority);
    host_settings settings;
    settings.imds_authority = authority;
    const auto protocol = make_protocol(detection, environment, settings);
    REQUIRE(protocol);
    CHECK(protocol->host == host::imds);
    return protocol->is_unlikely;
  };
  CHECK(is_unlikely(with({})));
  CHECK(is_unlikely(with({{"IDENTITY_ENDPOINT", "http://127.0.0.1:9"}})));
  CHECK_FALSE(is_unlikely(with({}), host::imds));
  CHECK_FALSE(is_unlikely(with({}), {}, "http://127.0.0.1:9"));
  CHECK_FALSE(is_unlikely(with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9"}})));
  const host_environment in_azure;
  CHECK_FALSE(make_protocol(detect_host(in_azure), in_azure, {})->is_unlikely);
}

}  // namespace host_detection_test
