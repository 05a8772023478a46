// What errors say of answers that are not in the form of the host's protocol.
#include "tests/support/catch.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace body_description_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::chrono::sys_seconds now{1'700'000'000s};
const resolved_request vault{.resource = "https://vault.azure.net"};

using headers = std::vector<http_header>;

http_response answer(int status, std::string_view body, headers with = {}) {
  return {.status = status, .headers = std::move(with), .body = sensitive_string{body}};
}

error refusal(http_response response) {
  return read_service_error({.source = "IMDS", .request = vault, .now = now}, std::move(response));
}

error unusable(http_response response) {
  const auto grant = read_token_response("IMDS", std::move(response), now);
  REQUIRE(!grant);
  return grant.error();
}

const http_header html{"Content-Type", "text/html; charset=utf-8"};

}  // namespace

TEST_CASE("a page is described by its type and its title, or else by its text") {
  const auto [body, type, said] = GENERATE(table<std::string, std::string, std::string>({
      {"<html><head><TITLE lang='en'>Sign\r\n in</title></head><body>x</body></html>", "text/html",
       "a page (text/html), not JSON, with the title \"Sign in\""},
      {"<html><body><p>Sign in to the <b>network</b></p></body></html>", "text/html; charset=x",
       "a page (text/html), not JSON: \"Sign in to the network\""},
      {"<!DOCTYPE html><!-- a > b --><script>if (a < b) x()</script><style>p{}</style>Blocked",
       "text/html", "a page (text/html), not JSON: \"Blocked\""},
      {"<?xml version=\"1.0\"?>\n<Error><Code>Odd</Code><Details>Not taken.</Details></Error>",
       "text/xml", "an XML page (text/xml), not JSON: \"Odd Not taken.\""},
      {"<html></html>", "", "a page, not JSON"},
      {"<title>Sign in</title>x", "text/html",
       "a page (text/html), not JSON, with the title \"Sign in\""},
      {"<title>never ends", "text/html", "a page (text/html), not JSON: \"never ends\""},
      {"<", "text/html", "a page (text/html), not JSON"},
  }));
  const headers with = {{"content-type", sensitive_string{type}}};
  CHECK_THAT(refusal(answer(403, body, with)).message, Contains(said));
  CHECK_THAT(unusable(answer(200, body, with)).message, Contains(said));
}

TEST_CASE("a text is described by its first line, cut to 120 characters") {
  const auto e = refusal(answer(500, "no pods\x1b are known\tyet\r\nsecond line"));
  CHECK_THAT(e.message, Contains("a body of 35 bytes that could not be parsed as JSON: "
                                 "\"no pods are known yet\"") &&
                            !Contains("second"));
  const auto cut = refusal(answer(500, std::string(200, 'w') + " x"));
  CHECK_THAT(cut.message, !Contains("www"));
  std::string words;
  for (int i = 0; i < 60; ++i) {
    words += "word ";
  }
  CHECK_THAT(refusal(answer(500, words)).message, Contains("word...") || Contains("wor..."));
  CHECK_THAT(unusable(answer(200, "The request was blocked")).message,
             Contains("\"The request was blocked\""));
}

TEST_CASE("what is quoted of an answer is cut, and what is too long for a word is not shown") {
  const auto cut = [](std::size_t size) { return std::string(size, 'x') + "..."; };
  const std::string word(100, 'x');
  CHECK_THAT(refusal(answer(500, word + " " + word)).message,
             Contains("\"" + word + " " + cut(19) + "\""));
  CHECK_THAT(refusal(answer(500, word + "x y")).message, Contains("not shown"));
  CHECK_THAT(unusable(answer(200, "The id 1234567890abcdefghij")).message,
             Contains("The id 1234567890abcdefghij"));
  CHECK_THAT(unusable(answer(200, "The id 1234567890abcdefghijk")).message, Contains("not shown"));
  const sensitive_string shown{std::string(80, 'x')};
  CHECK_THAT(refusal(answer(500, "", {{"Server", shown}})).message,
             Contains("\"" + cut(60) + "\""));
  CHECK_THAT(refusal(answer(500, "<html>", {{"Content-Type", shown}})).message,
             Contains("(" + cut(60) + ")"));
  auto with_reason = answer(500, "");
  with_reason.reason = std::string(80, 'x');
  CHECK_THAT(refusal(with_reason).message, Contains("status, " + cut(60) + ": "));
}

TEST_CASE("a compressed, a binary and a truncated body are called what they are") {
  CHECK_THAT(refusal(answer(500, "\x1f\x8b\x08\0\0"s)).message, Contains("compressed (gzip)"));
  CHECK_THAT(unusable(answer(200, "\x1f\x8b\x08\0\0"s)).message, Contains("compressed (gzip)"));
  CHECK_THAT(unusable(answer(200, "\x28\xb5\x2f\xfd\0"s)).message, Contains("compressed (zstd)"));
  CHECK_THAT(unusable(answer(200, "\x01\x02\x03\x04 x"s)).message, Contains("not text"));
  CHECK_THAT(unusable(answer(200, "\x01\x02\x03 x"s)).message, !Contains("not text"));
  for (const auto* body : {R"({"access_token":"hush","expires_in":3600)", R"({"access_token":"hu)",
                           R"({"access_token":)", "{", R"({"a":tr)"}) {
    CAPTURE(body);
    CHECK_THAT(unusable(answer(200, body)).message,
               Contains("could not be parsed as JSON, since it is truncated") && !Contains("hu"));
    CHECK_THAT(refusal(answer(400, body)).message, Contains("truncated") && !Contains("hush"));
  }
  CHECK_THAT(unusable(answer(200, R"({"a":1]})")).message, !Contains("truncated"));
}

TEST_CASE("an empty answer shows the reason phrase of its status line") {
  auto empty = answer(405, "");
  empty.reason = "Method Not Allowed";
  CHECK_THAT(refusal(empty).message,
             Contains("no response received except the status, Method Not Allowed: the body is "
                      "empty"));
  CHECK_THAT(refusal(answer(405, "")).message, Contains("except the status: the body is empty"));
}

TEST_CASE("the answer is described in a sentence of its own, also if it is empty") {
  const std::string without =
      "IMDS returned no token for https://vault.azure.net for system-assigned; ";
  CHECK(refusal(answer(405, "")).message ==
        without + "no response received except the status: the body is empty");
  CHECK(refusal(answer(405, "no pods")).message ==
        without + "the answer is a body of 7 bytes that could not be parsed as JSON: \"no pods\"");
  CHECK(refusal(answer(405, R"({"x":1})")).message ==
        without + R"(the answer is JSON with no known error: "{"x":1}")");
}

TEST_CASE("a refusal is said only of an answer in the host's own form") {
  for (const auto* body : {R"({"error":"x"})", R"({"error":{"code":"x","message":"y"}})",
                           R"({"statusCode":400,"message":"y"})"}) {
    CHECK_THAT(refusal(answer(400, body)).message, Contains("refused a token"));
  }
  for (const auto* body : {"", "<html>", "no", "{}", R"({"x":"y"})", "[]", "\x1f\x8b"}) {
    CHECK_THAT(
        refusal(answer(400, body)).message,
        Contains("IMDS returned no token for https://vault.azure.net") && !Contains("refused"));
  }
}

TEST_CASE("an error in the form of App Service is not one of a host that never sends that") {
  const auto e = read_service_error(
      {.source = "IMDS", .request = vault, .now = now, .is_status_code_foreign = true},
      answer(404, R"({"statusCode":404,"message":"No such path"})"));
  CHECK_THAT(e.message, Contains("in the form of App Service, not of IMDS"));
  CHECK_THAT(e.advice, Contains("IDENTITY_ENDPOINT"));
  CHECK(e.service_description == "No such path");
}

TEST_CASE("nothing that may be a token is shown") {
  const std::string body = GENERATE(
      as<std::string>{}, "hush1hush2hush3hush4hush5", "token: hush1hush2hush3hush4hush5x",
      "access_token=hush&expires_in=3600", "<html><title>hush1hush2hush3hush4hush5</title></html>",
      "<html>accessToken: hush</html>", "hush", R"({"access_token":"hush",)", R"("hush")");
  CHECK_THAT(to_string(unusable(answer(200, body))), !Contains("hush"));
}

TEST_CASE("of an error, what names a token or is too long for a word is not shown") {
  const std::string body =
      GENERATE(as<std::string>{}, "access_token=hush", R"({"token":"hush"})",
               R"({"refresh_token":"hush"})", "for " + std::string(90, 'x') + "hushhushhush",
               R"({"AccessToken":"hush"})", "<html><p>access_token: hush</p></html>");
  CHECK_THAT(to_string(refusal(answer(400, body))), !Contains("hush"));
}

TEST_CASE("the proofs of a request are hidden in titles, texts, types, servers and reasons") {
  const auto with_proof = [](std::string_view body, headers with) {
    auto result = answer(403, body, std::move(with));
    result.proofs.emplace_back("proof-of-the-caller");
    result.reason = "proof-of-the-caller";
    return result;
  };
  for (const auto* body : {"<title>proof-of-the-caller</title>", "<p>proof-of-<b>the-caller</b>",
                           "it is proof-of-the-caller", ""}) {
    for (const auto& header : headers{{"Server", "proof-of-the-caller"},
                                      {"Content-Type", "proof-of-the-caller"},
                                      {"Via", "proof-of-the-caller"}}) {
      CHECK_THAT(to_string(refusal(with_proof(body, {header}))), !Contains("the-caller"));
    }
  }
}

TEST_CASE("the server of another cloud is recognized, and is not Azure's") {
  const auto [header, value, name] = GENERATE(table<std::string, std::string, std::string>({
      {"Server", "EC2ws", "AWS"},
      {"server", "Metadata Server for VM", "Google Cloud"},
      {"Metadata-Flavor", "Google", "Google Cloud"},
  }));
  const headers with = {html, {header, sensitive_string{value}}};
  for (const auto& e : {refusal(answer(401, "<title>401</title>", with)),
                        refusal(answer(404, "", with)), unusable(answer(200, "<html>", with))}) {
    CHECK(e.code == errc::not_an_azure_host);
    CHECK_THAT(e.message, Contains("the metadata service of " + name) && Contains(value));
    CHECK_THAT(e.advice, Contains("--host arc") && Contains("IDENTITY_ENDPOINT"));
  }
}

TEST_CASE("a container engine or a filter on the way is recognized") {
  const auto [header, value, name] = GENERATE(table<std::string, std::string, std::string>({
      {"Server", "Docker/24.0.7 (linux)", "Docker"},
      {"Server", "squid/5.7", "Squid"},
      {"X-Squid-Error", "ERR_ACCESS_DENIED 0", "Squid"},
      {"Server", "Zscaler/6.2", "Zscaler"},
      {"Via", "1.1 gateway", "a proxy"},
  }));
  const auto e = refusal(answer(403, "<html>", {html, {header, sensitive_string{value}}}));
  CHECK(e.code == errc::request_rejected);
  CHECK_THAT(e.message, Contains("as " + name) || Contains("the proxy " + name) ||
                            Contains("the filter " + name));
  CHECK_FALSE(e.advice.empty());
}

TEST_CASE("a message without a code is another server's if a header shows that") {
  const auto e = refusal(
      answer(403, R"({"message":"page not found"})", {{"Server", "Docker/24.0.7 (linux)"}}));
  CHECK_THAT(e.message, Contains("in the form of another server, not of IMDS") &&
                            Contains("as Docker sends it") && !Contains("refused"));
  CHECK(e.service_description == "page not found");
  for (const auto* own : {R"({"statusCode":400,"message":"x"})", R"({"error":{"code":"x"}})"}) {
    CHECK_THAT(refusal(answer(403, own, {{"Via", "1.1 gateway"}})).message,
               Contains("refused a token") && !Contains("gateway"));
  }
}

TEST_CASE("the server is not described beside an error of the host's own form") {
  const auto e = refusal(answer(400, R"({"error":"x"})", {{"Server", "squid"}, {"Via", "1.1 x"}}));
  CHECK_THAT(e.message, !Contains("Via") && !Contains("Server"));
  CHECK_THAT(refusal(answer(400, "", {{"Server", "Apache"}})).message,
             Contains("its header Server is \"Apache\""));
}

TEST_CASE("resources are compared by their hosts") {
  CHECK(is_other_resource("https://graph.windows.net/", "https://management.azure.com/"));
  for (const auto* stated :
       {"", "https://management.azure.com", "HTTPS://Management.Azure.com//",
        "https://management.core.windows.net/", "797f4846-ba00-4fd7-ba43-dac1f8f63013"}) {
    CHECK_FALSE(is_other_resource(stated, "https://management.azure.com/"));
  }
  CHECK_FALSE(is_other_resource("https://graph.windows.net/", "some-guid"));
  CHECK_FALSE(is_other_resource("https://graph.windows.net/", "https://resource"));
}

TEST_CASE("a token for another resource is rejected where the host confuses them") {
  const auto* const body = R"({"access_token":"hush","expires_in":60,)"
                           R"("resource":"https://graph.windows.net/"})";
  CHECK(read_token_response("Cloud Shell", answer(200, body), now));
  const auto grant =
      read_token_response("Cloud Shell", answer(200, body), now, "https://vault.azure.net");
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK(grant.error().service_code == other_resource_code);
  CHECK_THAT(to_string(grant.error()), Contains("https://graph.windows.net/ instead of "
                                                "https://vault.azure.net") &&
                                           !Contains("hush"));
}

}  // namespace body_description_test
