// What `midas doctor` says of this machine, and of answers that are right and yet odd.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/remedies.hpp"
#include "tools/doctor/report.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// An examination whose only exchange was answered so, by a Date that many seconds after now.
examination answered(std::string_view body, std::chrono::seconds date_ahead = 0s) {
  const auto date =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + date_ahead);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&date));
  raw_server host{answer_always("HTTP/1.1 200 OK\r\nDate: " + std::string{text.data()} +
                                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                                std::string{body})};
  return examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", host.url()}}), 60s);
}

constexpr auto plain = R"({"access_token":"hidden","expires_in":3600})";

}  // namespace

TEST_CASE("a report says that this machine's clock is wrong") {
  const auto right = answered(plain);
  CHECK(clock_ahead(right) == 0s);
  CHECK_THAT(to_text(right), !Contains("Clock"));
  const auto behind = answered(plain, 48h + 1min);
  CHECK_THAT(
      to_text(behind),
      Contains("Clock: this machine's clock is 2 d behind the host's; midas allows for that, "
               "but correct it (timedatectl)\n"));
  CHECK(parsed(to_json(behind))["clock_ahead"].GetInt64() < -172'000);
  const auto ahead = answered(R"({"access_token":"hidden","expires_in":0})", -3h - 1min);
  CHECK_THAT(to_text(ahead), Contains("clock is 3 h 1 min ahead of the host's") &&
                                 Contains("- Correct this machine's clock"));
}

TEST_CASE("a report says that the token is for another resource than the requested one") {
  const auto other = answered(
      R"({"access_token":"hidden","expires_in":60,"resource":"https://graph.windows.net/"})");
  REQUIRE(other.token);
  CHECK_THAT(to_text(other),
             Contains("but the host says that the token is for https://graph.windows.net/"));
  CHECK(std::string{parsed(to_json(other))["other_resource"].GetString()} ==
        "https://graph.windows.net/");
  const auto same = answered(
      R"({"access_token":"hidden","expires_in":60,"resource":"https://vault.azure.net/"})");
  CHECK_THAT(to_text(same), !Contains("but the host says"));
}

TEST_CASE("a report says that a host was tried, if nothing was found") {
  examination result;
  result.request = vault;
  result.detection = detect_host({});
  result.token = fail(errc::not_an_azure_host, "no connection");
  CHECK_THAT(to_text(result), Contains("\n  try IMDS ") && !Contains("\n  yes"));
  result.detection = detect_host({}, identity_host::imds);
  CHECK_THAT(to_text(result), Contains("\n  yes IMDS ") && !Contains("\n  try"));
}

TEST_CASE("a report says that the first 401 of Azure Arc is its challenge") {
  examination result;
  result.request = vault;
  result.detection = detect_host({}, identity_host::azure_arc);
  result.exchanges.resize(2);
  for (auto& exchange : result.exchanges) {
    exchange.answer = answer_shape{.status = 401, .body_bytes = 0, .body = {.text = "empty"}};
  }
  result.token = fail(errc::challenge_rejected, "no key");
  const auto text = to_text(result);
  const std::string note = "; the challenge that each exchange with this host begins with\n";
  CHECK_THAT(text, Contains("0 bytes: empty" + note));
  CHECK(text.find(note) == text.rfind(note));
  result.detection = detect_host({}, identity_host::imds);
  CHECK_THAT(to_text(result), !Contains("the challenge"));
}

TEST_CASE("a report says once why the host was chosen") {
  const auto result = examine(
      vault, on({{"IDENTITY_ENDPOINT", "http://127.0.0.1:9/t"}, {"IDENTITY_HEADER", "hidden"}}),
      60s);
  REQUIRE_FALSE(result.token);
  const auto text = to_text(result);
  const std::string reason =
      "App Service was chosen because IDENTITY_ENDPOINT and IDENTITY_HEADER are set";
  CHECK_THAT(text, Contains("Why: " + reason + "\n"));
  CHECK(text.find(reason) == text.rfind(reason));
  CHECK(std::string{parsed(to_json(result))["reason"].GetString()} == reason);
}

TEST_CASE("a report says whether a proxy that the environment names is used") {
  auto elsewhere = on({{"IDENTITY_ENDPOINT", "http://127.0.0.1:9/t"},
                       {"IDENTITY_HEADER", "hidden"},
                       {"HTTPS_PROXY", "http://hidden:1"}});
  CHECK_THAT(to_text(examine(vault, elsewhere, 60s)),
             Contains("Proxy: HTTPS_PROXY is not used") && !Contains("hidden"));
  const auto federated = on({{"AZURE_TENANT_ID", "t"},
                             {"AZURE_CLIENT_ID", "c"},
                             {"AZURE_FEDERATED_TOKEN_FILE", "/nonexistent"},
                             {"https_proxy", "http://hidden:1"}});
  const auto text = to_text(examine(vault, federated, 60s));
  CHECK_THAT(text, Contains("Proxy: https_proxy is used") && !Contains("hidden"));
  CHECK_THAT(text, Contains("https://vault.azure.net for client id c"));
}

TEST_CASE("in a container, the advice is about its network") {
  examination result;
  result.request = vault;
  result.detection = detect_host({});
  result.token = fail(errc::not_an_azure_host, "no connection");
  result.is_in_container = true;
  CHECK_THAT(remedies(result).at(1), Contains("docker run --network host"));
  result.is_in_container = false;
  CHECK_THAT(remedies(result).at(1), Contains("firewall"));
}
