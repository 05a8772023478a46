// Why a host was chosen, and the variables that have no effect.
#include "tests/support/catch.hpp"
#include "tests/transport/hosts/host_environments.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"

#include <string>
#include <vector>

namespace host_reason_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

using host = identity_host;

const variables of_cloud_shell{{"MSI_ENDPOINT", "e"}, {"MSI_SECRET", "s"}};

}  // namespace

TEST_CASE("a leftover secret without its endpoint is remarked on, and the next host is taken") {
  const auto [set, remark] = GENERATE(table<variables, std::string>({
      {{{"IDENTITY_HEADER", "h"}},
       "IDENTITY_HEADER is set, but has no effect without IDENTITY_ENDPOINT"},
      {{{"MSI_SECRET", "s"}, {"MSI_ENDPOINT", ""}},
       "MSI_SECRET is set, but has no effect without MSI_ENDPOINT"},
      {{{"IDENTITY_SERVER_THUMBPRINT", "t"}},
       "IDENTITY_SERVER_THUMBPRINT is set, but has no effect without IDENTITY_ENDPOINT and "
       "IDENTITY_HEADER"},
  }));
  const auto detection = detect_host(with(set));
  REQUIRE(detection.host);
  CHECK(*detection.host == host::imds);
  CHECK(detection.is_assumed);
  CHECK(detection.remarks == std::vector<std::string>{remark});
  CHECK(detection.reason == "IMDS was assumed because no variable names another host; " + remark);
  CHECK(*detect_host(with_agent(set)).host == host::azure_arc);
}

TEST_CASE("an endpoint without its partner is remarked on, naming every partner it may have") {
  const auto [set, remark] = GENERATE(table<variables, std::string>({
      {{{"IDENTITY_ENDPOINT", "e"}},
       "IDENTITY_ENDPOINT is set, but has no effect without IDENTITY_HEADER or IMDS_ENDPOINT"},
      {{{"IMDS_ENDPOINT", "i"}},
       "IMDS_ENDPOINT is set, but has no effect without IDENTITY_ENDPOINT"},
      {{{"AZURE_FEDERATED_TOKEN_FILE", "f"}, {"AZURE_TENANT_ID", "t"}},
       "AZURE_FEDERATED_TOKEN_FILE is set, but has no effect without AZURE_CLIENT_ID"},
      {{{"AZURE_FEDERATED_TOKEN_FILE", "f"}},
       "AZURE_FEDERATED_TOKEN_FILE is set, but has no effect without AZURE_TENANT_ID and "
       "AZURE_CLIENT_ID"},
  }));
  const auto detection = detect_host(with(set));
  CHECK(*detection.host == host::imds);
  CHECK(detection.remarks == std::vector<std::string>{remark});
  CHECK_THAT(detection.reason, Contains("; " + remark));
}

TEST_CASE("a detection says by which evidence it chose the host") {
  const auto [environment, reason] = GENERATE(table<host_environment, std::string>({
      {with({{"IDENTITY_ENDPOINT", "e"}, {"IDENTITY_HEADER", "h"}}),
       "App Service was chosen because IDENTITY_ENDPOINT and IDENTITY_HEADER are set"},
      {with({{"IDENTITY_ENDPOINT", "e"},
             {"IDENTITY_HEADER", "h"},
             {"IDENTITY_SERVER_THUMBPRINT", "t"}}),
       "Service Fabric was chosen because IDENTITY_ENDPOINT, IDENTITY_HEADER and "
       "IDENTITY_SERVER_THUMBPRINT are set"},
      {with({{"MSI_ENDPOINT", "e"}}),
       "Cloud Shell was chosen because MSI_ENDPOINT is set and MSI_SECRET is not"},
      {with({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "a"}}),
       "IMDS was chosen because AZURE_POD_IDENTITY_AUTHORITY_HOST is set"},
      {with({{"IDENTITY_ENDPOINT", "e"}, {"IMDS_ENDPOINT", "i"}}),
       "Azure Arc was chosen because IDENTITY_ENDPOINT and IMDS_ENDPOINT are set"},
      {with_agent(), "Azure Arc was chosen because the file /opt/azcmagent/bin/himds exists"},
      {with({}), "IMDS was assumed because no variable names another host"},
  }));
  CHECK(detect_host(environment).reason == reason);
}

TEST_CASE("an option is the reason for the host that it chooses") {
  CHECK(detect_host(with(of_cloud_shell), host::cloud_shell).reason ==
        "Cloud Shell was chosen by the host option");
  CHECK(detect_host({}, host::imds).reason == "IMDS was chosen by the host option");
  CHECK(detect_host(with_agent(), host::azure_arc).reason ==
        "Azure Arc was chosen because the file /opt/azcmagent/bin/himds exists");
  CHECK(detect_host({}, {}, "http://127.0.0.1:1").reason ==
        "IMDS was chosen by the endpoint option");
  CHECK_THAT(detect_host(with({{"IDENTITY_HEADER", "h"}}), host::imds).reason,
             Contains("by the host option; IDENTITY_HEADER is set, but"));
}

TEST_CASE("the reason doubts a host that an option chooses and of which there is no sign") {
  const std::string doubted =
      "Azure Arc was chosen by the host option, although the file /opt/azcmagent/bin/himds does "
      "not exist";
  CHECK(detect_host(with({}), host::azure_arc).reason ==
        doubted + "; without the option, IMDS would be assumed");
  CHECK(detect_host(with({{"MSI_ENDPOINT", "e"}}), host::azure_arc).reason ==
        doubted + "; without the option, Cloud Shell would be chosen");
  CHECK(detect_host(with({{"IDENTITY_ENDPOINT", "e"}, {"IMDS_ENDPOINT", "i"}}), host::azure_arc)
            .reason == "Azure Arc was chosen by the host option");
}

TEST_CASE("variables that are set but blank count as not set") {
  CHECK(*detect_host(with({{"IDENTITY_ENDPOINT", " \r\n"}, {"IDENTITY_HEADER", "h"}})).host ==
        host::imds);
  CHECK(*detect_host(with({{"MSI_ENDPOINT", "e"}, {"MSI_SECRET", "\xef\xbb\xbf"}})).host ==
        host::cloud_shell);
}

TEST_CASE("the reason names the variable that the address of workload identity is from") {
  const variables federated{{"AZURE_TENANT_ID", "contoso"},
                            {"AZURE_CLIENT_ID", "client"},
                            {"AZURE_FEDERATED_TOKEN_FILE", "/token"}};
  const variables authority{{"AZURE_AUTHORITY_HOST", "https://login.example.com"}};
  const variables proxy{{"AZURE_KUBERNETES_TOKEN_PROXY", "https://10.0.0.1"}};
  const auto reason = [&](std::vector<variables> added, bool binding) {
    auto set = federated;
    for (auto& each : added) {
      set.merge(each);
    }
    const auto environment = with(set);
    host_settings settings;
    settings.identity_binding = binding;
    const auto made = make_protocol(detect_host(environment), environment, settings);
    REQUIRE(made);
    return made->reason;
  };
  CHECK_THAT(reason({}, true), EndsWith("AZURE_FEDERATED_TOKEN_FILE are set"));
  CHECK_THAT(reason({authority, proxy}, false),
             EndsWith("are set; its address is that in AZURE_AUTHORITY_HOST"));
  CHECK_THAT(reason({authority, proxy}, true),
             EndsWith("are set; its address is that in AZURE_KUBERNETES_TOKEN_PROXY"));
}

}  // namespace host_reason_test
