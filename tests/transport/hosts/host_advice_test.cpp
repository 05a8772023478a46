// What a host's own advice says, and which of its answers may pass by themselves.
#include "tests/support/catch.hpp"
#include "transport/hosts/azure_arc.hpp"
#include "transport/hosts/cloud_shell.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace host_advice_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::chrono::sys_seconds now{1'800'000'000s};
const resolved_request vault{.resource = "https://vault.azure.net"};

const host_environment app_service{
    .variables = {{"IDENTITY_ENDPOINT", "http://127.0.0.1:41564/msi/token"},
                  {"IDENTITY_HEADER", "only-the-host-knows"}}};
const host_environment msi{.variables = {{"MSI_ENDPOINT", "http://127.0.0.1:41741/MSI/token/"},
                                         {"MSI_SECRET", "only-the-host-knows"}}};

host_protocol on(identity_host host, const host_environment& where) {
  auto result = make_protocol(host, where, {});
  REQUIRE(result);
  return *std::move(result);
}

}  // namespace

TEST_CASE("a host that was chosen without its variables is an error that names the detected host") {
  const host_environment imds{
      .variables = {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:8080"}}};
  const auto message_on = [](const host_environment& where) {
    return detect_host(where, identity_host::app_service).host.error().message;
  };
  CHECK_THAT(message_on(imds), Contains("IDENTITY_ENDPOINT and IDENTITY_HEADER are not set") &&
                                   Contains("without the host option, IMDS would be chosen"));
  CHECK_THAT(message_on({}), !Contains("would be chosen"));
}

TEST_CASE("advice for a key file in another directory names the option of a simulated agent") {
  const auto checked = azure_arc::check_key_path("/tmp/a.key", "/var/opt/azcmagent/tokens");
  REQUIRE_FALSE(checked);
  CHECK_THAT(checked.error().advice, Contains("--arc-key-directory /var/opt/azcmagent/tokens") &&
                                         Contains("listens at IDENTITY_ENDPOINT"));
}

TEST_CASE("advice for an answer names the variables of the host that sent it") {
  struct sample {
    identity_host host;
    host_environment where;
    int status;
    std::string body;
    std::string advice;
  };
  const std::vector<sample> all{
      {identity_host::app_service, app_service, 400,
       R"({"error":{"code":"UnsupportedApiVersion","message":"x"}})", "--host app-service-2017"},
      {identity_host::app_service, app_service, 400,
       R"({"statusCode":400,"message":"This does not support the api version '2019-08-01'."})",
       "--host app-service-2017"},
      {identity_host::app_service, app_service, 401, R"({"statusCode":401,"message":"x"})",
       "IDENTITY_HEADER"},
      {identity_host::app_service, app_service, 404, "", "the path in IDENTITY_ENDPOINT"},
      {identity_host::app_service, app_service, 404, R"({"statusCode":404,"message":"x"})",
       "the path in IDENTITY_ENDPOINT"},
      {identity_host::app_service, app_service, 404, "<html>", "Check IDENTITY_ENDPOINT"},
      {identity_host::app_service, app_service, 405, "", "the path in IDENTITY_ENDPOINT"},
      {identity_host::app_service_2017, msi, 403, "", "MSI_SECRET"},
      {identity_host::app_service_2017, msi, 404, "", "the path in MSI_ENDPOINT"},
      {identity_host::machine_learning, msi, 404, "", "the path in MSI_ENDPOINT"},
      {identity_host::machine_learning, msi, 404, "InternalError - :{\n}",
       "DEFAULT_IDENTITY_CLIENT_ID"},
      {identity_host::cloud_shell, msi, 405, "", "MSI_SECRET"},
      {identity_host::cloud_shell, msi, 404, "<html>", "IDENTITY_ENDPOINT"},
  };
  for (const auto& each : all) {
    CAPTURE(each.advice);
    const auto failure =
        on(each.host, each.where)
            .decode(vault,
                    {.status = each.status, .headers = {}, .body = sensitive_string{each.body}},
                    now, 0);
    REQUIRE_FALSE(failure);
    CHECK_THAT(failure.error().advice, Contains(each.advice));
  }
}

TEST_CASE("Cloud Shell's token for another resource may pass, and other hosts' tokens do") {
  const auto answer = [](std::string_view body) {
    return http_response{.status = 200, .headers = {}, .body = sensitive_string{body}};
  };
  const auto* const body =
      R"({"access_token":"T","expires_in":60,"resource":"https://x.example/"})";
  const auto other = on(identity_host::cloud_shell, msi).decode(vault, answer(body), now, 0);
  REQUIRE_FALSE(other);
  CHECK(other.error().code == errc::invalid_response);
  CHECK(cloud_shell::may_pass(other.error()));
  const auto unusable = on(identity_host::cloud_shell, msi).decode(vault, answer("{}"), now, 0);
  CHECK_FALSE(cloud_shell::may_pass(unusable.error()));
  CHECK(on(identity_host::app_service, app_service).decode(vault, answer(body), now, 0));
}

}  // namespace host_advice_test
