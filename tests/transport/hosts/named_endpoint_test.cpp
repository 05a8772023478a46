// Endpoints and values that environment variables name, and why a host was asked.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "transport/hosts/host_registry.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace named_endpoint_test {

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view secret_text = "only-the-host-knows";

const host_environment on_app_service{
    .variables = {{"IDENTITY_ENDPOINT", "http://127.0.0.1:41564/msi/token"},
                  {"IDENTITY_HEADER", sensitive_string{secret_text}}}};

expected<host_protocol> on(identity_host host, const host_environment& where) {
  return make_protocol(host, where, {});
}

}  // namespace

TEST_CASE("byte-order marks and white space around variables reach no request") {
  auto where = on_app_service;
  where.variables["IDENTITY_ENDPOINT"] = " http://127.0.0.1:41564/msi/token\n";
  where.variables["IDENTITY_HEADER"] =
      sensitive_string{"\xef\xbb\xbf"} + sensitive_string{secret_text} + "\r\n";
  const auto endpoint = on(identity_host::app_service, where);
  REQUIRE(endpoint);
  CHECK(endpoint->address == "http://127.0.0.1:41564/msi/token");
  const auto request = endpoint->encode({.resource = "https://vault.azure.net"}, {});
  REQUIRE(request);
  CHECK(request->headers.front().value == secret_text);
}

TEST_CASE("plain http is allowed to private addresses that the environment names") {
  const auto at = [](const std::string& url) {
    auto where = on_app_service;
    where.variables["IDENTITY_ENDPOINT"] = url;
    return where;
  };
  for (const auto* address : {"127.0.0.1", "169.254.131.5:8081", "10.1.2.3", "172.20.0.1",
                              "192.168.0.4", "100.64.100.2:41580", "[fd00::1]", "[fe80::1]"}) {
    CAPTURE(address);
    CHECK(on(identity_host::app_service, at("http://" + std::string{address} + "/msi/token")));
  }
  CHECK(on(identity_host::app_service, at("https://example.org/token")));
  for (const auto* address : {"169.25.4.1", "169.254.example.org", "8.8.8.8", "sidecar",
                              "172.32.0.1", "100.128.0.1", "[2001:db8::1]"}) {
    CAPTURE(address);
    const auto refused =
        on(identity_host::app_service, at("http://" + std::string{address} + "/token"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::endpoint_not_allowed);
    CHECK_THAT(refused.error().advice, Contains("MIDAS_ALLOW_INSECURE_ENDPOINT=1") &&
                                           Contains("--allow-insecure-endpoint"));
  }
}

TEST_CASE("plain http to a public address is allowed by option, or by a variable") {
  auto where = on_app_service;
  where.variables["IDENTITY_ENDPOINT"] = "http://example.org/token";
  CHECK(make_protocol(identity_host::app_service, where, {.allow_insecure = true}));
  const auto [value, code] = GENERATE(table<std::string, std::optional<errc>>({
      {"1", std::nullopt},
      {" true\n", std::nullopt},
      {"", errc::endpoint_not_allowed},
      {"0", errc::endpoint_not_allowed},
      {"false", errc::endpoint_not_allowed},
      {"yes", errc::invalid_configuration},
  }));
  where.variables["MIDAS_ALLOW_INSECURE_ENDPOINT"] = value;
  const auto endpoint = make_protocol(identity_host::app_service, where, {});
  CHECK(endpoint.has_value() == !code.has_value());
  if (code) {
    CHECK(endpoint.error().code == *code);
    CHECK_THAT(to_string(endpoint.error()), Contains("MIDAS_ALLOW_INSECURE_ENDPOINT"));
  }
}

TEST_CASE("an error about a host ends in the reason why that host was asked, once") {
  auto failure = make_error(errc::request_rejected, "no", "Do something");
  add_reason(failure, "App Service was chosen because A is set");
  add_reason(failure, "App Service was chosen because A is set");
  CHECK(failure.advice == "Do something. App Service was chosen because A is set");
  auto bare = make_error(errc::unreachable, "no");
  add_reason(bare, "IMDS was assumed");
  CHECK(bare.advice == "IMDS was assumed");
  auto busy = make_error(errc::host_busy, "no");
  add_reason(busy, "IMDS was assumed");
  CHECK(busy.advice.empty());
}

}  // namespace named_endpoint_test
