#include "transport/hosts/host_environment.hpp"

#include "tests/support/catch.hpp"
#include "transport/hosts/host_protocol.hpp"

#include <cstdlib>
#include <set>
#include <string>

namespace host_environment_test {

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;

TEST_CASE(
    "the environment of this process has the variables that are set; empty counts as not set") {
  setenv("MSI_SECRET", "s", 1);
  setenv("IMDS_ENDPOINT", "", 1);
  setenv("MIDAS_OF_NO_HOST", "x", 1);
  unsetenv("IDENTITY_HEADER");
  const auto environment = environment_of_this_process();
  unsetenv("MSI_SECRET");
  unsetenv("IMDS_ENDPOINT");
  CHECK(environment.variable("MSI_SECRET") == "s");
  CHECK(environment.variables.contains("IMDS_ENDPOINT"));
  CHECK(environment.variable("IMDS_ENDPOINT").empty());
  CHECK_FALSE(environment.variables.contains("IDENTITY_HEADER"));
  CHECK(environment.variable("IDENTITY_HEADER").empty());
  CHECK_FALSE(environment.variables.contains("MIDAS_OF_NO_HOST"));
  CHECK(environment.platform == host_platform::unix_like);
}

TEST_CASE("byte-order marks and white space around the value of a variable are left out") {
  const host_environment environment{
      .variables = {{"MSI_SECRET", "\xef\xbb\xbf a b \r\n"}, {"IMDS_ENDPOINT", "\t\xc2\xa0 \n"}}};
  CHECK(environment.variable("MSI_SECRET") == "a b");
  CHECK(environment.variable("IMDS_ENDPOINT").empty());
}

TEST_CASE("the executable of Azure Arc's agent is expected where its installer puts it") {
  CHECK(arc_agent_file({}) == "/opt/azcmagent/bin/himds");
  CHECK(arc_agent_file({.variables = {{"ProgramFiles", "D:\\Programs"}},
                        .platform = host_platform::windows}) ==
        "D:\\Programs\\AzureConnectedMachineAgent\\himds.exe");
  CHECK(arc_agent_file({.platform = host_platform::windows}).empty());
  CHECK(arc_agent_file({.platform = host_platform::other}).empty());
}

TEST_CASE("each host has a name for people, and an option name that can be read") {
  std::set<std::string_view> names;
  for (const auto host : identity_hosts()) {
    CHECK(*read_identity_host(option_name(host)) == host);
    names.insert(to_string(host));
  }
  CHECK(names.size() == identity_hosts().size());
  CHECK_FALSE(names.contains("unknown"));
  CHECK(to_string(static_cast<identity_host>(200)) == "unknown");
  CHECK(option_name(static_cast<identity_host>(200)) == "unknown");
}

TEST_CASE("an unknown option name is rejected with a list of the known ones") {
  const auto host = read_identity_host("kubernetes\n");
  REQUIRE_FALSE(host);
  CHECK(host.error().code == errc::invalid_configuration);
  CHECK_THAT(host.error().message, Contains("kubernetes"));
  CHECK_THAT(host.error().message, !Contains("\n"));
  CHECK_THAT(host.error().advice, Contains("imds") && Contains("workload-identity"));
  CHECK_FALSE(read_identity_host("unknown"));
}

TEST_CASE("Azure's chassis asset tag is recognized, with white space after it") {
  using enum host_platform;
  CHECK(may_be_azure_machine(unix_like, "7783-7084-3265-9085-8269-3286-77"));
  CHECK(may_be_azure_machine(unix_like, "7783-7084-3265-9085-8269-3286-77\n"));
  for (const auto* tag : {"", "\n", "No Asset Tag", "7783-7084-3265-9085-8269-3286-78",
                          "7783-7084-3265-9085-8269-3286-770", "Amazon EC2"}) {
    CHECK_FALSE(may_be_azure_machine(unix_like, tag));
    CHECK(may_be_azure_machine(windows, tag));
  }
}

}  // namespace host_environment_test
