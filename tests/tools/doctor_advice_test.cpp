// What `midas doctor` says to a reader whose host is not what it should be: what is wrong, by which
// evidence, and what to do, each once.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/remedies.hpp"
#include "tools/doctor/report.hpp"

#include <chrono>
#include <string>
#include <string_view>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string framed(const std::string& status, std::string_view body,
                   const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

std::string text_of_imds(const std::string& answer) {
  const raw_server host{answer_always(answer)};
  return to_text(examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", host.url()}}), 60s));
}

std::string text_of_app_service(const std::string& answer, const std::string& path) {
  const raw_server host{answer_always(answer)};
  return to_text(examine(vault,
                         on({{"IDENTITY_ENDPOINT", host.url() + path},
                             {"IDENTITY_HEADER", "hidden"},
                             {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9"}}),
                         60s));
}

std::size_t occurrences(std::string_view part, std::string_view text) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++result;
  }
  return result;
}

constexpr auto error_of_app_service = R"({"statusCode":404,"message":"x","correlationId":"y"})";

}  // namespace

TEST_CASE("another server in the place of IMDS is not taken for an IMDS that fails for a while") {
  const auto page = text_of_imds(
      framed("404 Not Found", "<html><head><title>404 Not Found</title></head>nginx/1.22.1</html>",
             "Server: nginx/1.22.1\r\nContent-Type: text/html\r\n"));
  CHECK_THAT(page, !Contains("temporarily") && !Contains("IMDS v2"));
  CHECK_THAT(page, Contains("with the title \"404 Not Found\"") && Contains("nginx/1.22.1"));
  CHECK_THAT(page, Contains("identity endpoints do not send web pages"));
  const auto foreign = text_of_imds(framed("404 Not Found", error_of_app_service));
  CHECK_THAT(foreign, !Contains("temporarily") && !Contains("IMDS v2"));
  CHECK_THAT(foreign, Contains("in the form of App Service") && Contains("--host app-service"));
}

TEST_CASE("a host that asks for a pause is quoted once, with the time of the next request") {
  for (const auto* status : {"429 Too Many Requests", "410 Gone", "503 Service Unavailable"}) {
    const auto text = text_of_imds(framed(
        status, R"({"error":"busy","error_description":"come back"})", "Retry-After: 90\r\n"));
    CHECK(occurrences("IMDS was chosen because", text) == 1);
    CHECK(occurrences("come back", text) == 1);
    CHECK_THAT(text, !Contains("leaves no time for another attempt"));
    CHECK(occurrences("The next request can be sent in ", text) == 1);
  }
}

TEST_CASE("a wrong path in IDENTITY_ENDPOINT is suspected of an answer that nothing is there") {
  for (const auto* body : {"", error_of_app_service}) {
    CHECK_THAT(text_of_app_service(framed("404 Not Found", body), "/msi/tokn"),
               Contains("- Check the path in IDENTITY_ENDPOINT"));
  }
}

TEST_CASE("a variable of another host is not suspected where the host answers in its own form") {
  const std::string remark = "AZURE_POD_IDENTITY_AUTHORITY_HOST is set, but";
  const auto own = text_of_app_service(
      framed("401 Unauthorized", R"({"statusCode":401,"message":"x"})"), "/msi/token");
  CHECK(occurrences(remark, own) == 1);
  CHECK_THAT(own, !Contains("different kind of host"));
  const auto silent = text_of_app_service(framed("401 Unauthorized", ""), "/msi/token");
  CHECK(occurrences(remark, silent) == 2);
}

TEST_CASE("a host that takes a request and does not answer is described as such, in one word") {
  const raw_server host{[](raw_connection& connection) { connection.wait_for_end(); }};
  auto options = on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", host.url()}});
  const auto until_deadline = examine(vault, options, 200ms);
  options.attempt_timeout = 200ms;
  const auto until_timeout = examine(vault, options, 60s);
  for (const auto& each : {until_deadline, until_timeout}) {
    const auto text = to_text(each);
    CHECK_THAT(text, Contains("      no answer within "));
    CHECK_THAT(text, !Contains("Allow a longer timeout"));
    CHECK(std::string{parsed(to_json(each))["exchanges"][0]["failed"].GetString()} ==
          "request_timeout");
  }
}

TEST_CASE("an exchange that was given up before its connection is advised on as such") {
  examination result;
  result.request = vault;
  result.detection = detect_host({}, {}, "http://10.0.0.1");
  result.exchanges.emplace_back();
  result.token = fail(errc::deadline_exceeded, "too late", "Allow a longer timeout");
  CHECK_THAT(remedies(result).at(0), Contains("No connection was made in that time"));
  result.is_connected = true;
  CHECK_THAT(remedies(result).at(0), Contains("accepts connections at this address but does not"));
  result.is_connected = false;
  result.exchanges.back().answer = fail(errc::cancelled, "given up");
  CHECK_THAT(remedies(result).at(0), Contains("No connection was made in that time"));
  result.exchanges.back().answer = fail(errc::unreachable, "refused");
  CHECK(remedies(result) == std::vector<std::string>{"Allow a longer timeout"});
}

TEST_CASE("Azure Arc that an option chooses, on a machine without its agent, is doubted") {
  examination result;
  result.request = vault;
  result.detection = detect_host({}, identity_host::azure_arc);
  result.token = fail(errc::unreachable, "no connection", "Start the server");
  CHECK_THAT(remedies(result).at(0), Contains("azcmagent connect"));
  CHECK_THAT(to_text(result),
             Contains("/opt/azcmagent/bin/himds does not exist; without the option"));
  result.detection =
      detect_host({.variables = {}, .arc_agent_installed = true}, identity_host::azure_arc);
  CHECK(remedies(result) == std::vector<std::string>{"Start the server"});
}

TEST_CASE("https to a port of plain http is recognized by the answer") {
  const raw_server host{[](raw_connection& connection) {
    connection.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    connection.wait_for_end();
  }};
  const auto address = "https" + host.url().substr(std::string_view{"http"}.size());
  const auto result = examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", address}}), 60s);
  CHECK_THAT(to_text(result), Contains("no TLS connection to https://127.0.0.1") &&
                                  Contains("- The server seems to speak plain http on this port"));
}
