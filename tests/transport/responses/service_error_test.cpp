#include "transport/responses/service_error.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <string>
#include <utility>

namespace service_error_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT
const resolved_request request{.identity = managed_identity::client_id("some-id"),
                               .resource = "https://vault.azure.net"};

http_response response_of(int status, std::string_view body) {
  http_response response;
  response.status = status;
  response.body = body;
  return response;
}

error read(int status, std::string_view body) {
  static constexpr std::array<status_range, 2> transient{{{404}, {410}}};
  return read_service_error(
      {.source = "IMDS", .request = request, .transient_statuses = transient, .now = now},
      response_of(status, body));
}

error read_elsewhere(int status, std::string_view body) {
  return read_service_error({.source = "Host", .request = request, .now = now},
                            response_of(status, body));
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("code, description and correlation id are found in every form of error body") {
  struct sample {
    std::string body, code, description, correlation_id;
  };
  const auto expected = GENERATE(values<sample>({
      {R"({"error":"invalid_request","error_description":"Some text"})", "invalid_request",
       "Some text", ""},
      {R"({"error":"errorCode","message":"Error message"})", "errorCode", "Error message", ""},
      {R"({"error":"invalid_resource","error_description":"AADSTS500011: no\r\nTrace ID: t",)"
       R"("error_codes":[500011],"timestamp":"2022-11-10 23:12:37Z","trace_id":"t",)"
       R"("correlation_id":"77145480-bc5a","error_uri":"https://x"})",
       "invalid_resource", "AADSTS500011: no Trace ID: t", "77145480-bc5a"},
      {R"({"error":{"code":"errorCode","message":"Error message","innererror":{"trace":"t"}}})",
       "errorCode", "Error message", ""},
      {R"({"error": {"correlationId": "foo", "code": "SecretHeaderNotFound", "message": "None."}})",
       "SecretHeaderNotFound", "None.", "foo"},
      {R"({"error":{"code":"transient"}})", "transient", "", ""},
      {R"({"statusCode":500,"message":"Error message","correlationId":"some-correlation-id"})",
       "500", "Error message", "some-correlation-id"},
      {R"({"message":"Error message","correlationId":"GUID"})", "", "Error message", "GUID"},
      {R"({"error_description":"Error message"})", "", "Error message", ""},
      {R"({"error":"Bad request. api-version was not specified","newest-versions":["2019"]})",
       "Bad request. api-version was not specified", "", ""},
      {R"({"error":"code"})", "code", "", ""},
      {R"({"error":7,"message":null})", "7", "", ""},
      {"\xef\xbb\xbf{\"error\":\"code\"}", "code", "", ""},
      {R"({"error":"first","error":"last"})", "last", "", ""},
  }));
  const auto e = read(400, expected.body);
  CHECK(e.service_code == expected.code);
  CHECK(e.service_description == expected.description);
  CHECK(e.correlation_id == expected.correlation_id);
  CHECK(e.http_status == 400);
  CHECK(e.source == "IMDS");
  CHECK_FALSE(contains(e.message, "body"));
}

TEST_CASE("the status determines the error code") {
  const auto [status, code] = GENERATE(table<int, errc>({
      {400, errc::request_rejected},
      {401, errc::request_rejected},
      {403, errc::request_rejected},
      {405, errc::request_rejected},
      {302, errc::request_rejected},
      {408, errc::service_unavailable},
      {404, errc::service_unavailable},
      {410, errc::service_unavailable},
      {429, errc::throttled},
      {500, errc::service_unavailable},
      {502, errc::service_unavailable},
      {503, errc::service_unavailable},
      {504, errc::service_unavailable},
      {599, errc::service_unavailable},
      {204, errc::invalid_response},
      {202, errc::invalid_response},
  }));
  const std::string body =
      GENERATE(as<std::string>{}, "", "garbage", R"({"error":"sample error"})");
  CHECK(read(status, body).code == code);
  CHECK(read(status, body).http_status == status);
}

TEST_CASE("404 and 410 are transient only for a host that declares them so") {
  CHECK(read_elsewhere(404, R"({"error":"x"})").code == errc::request_rejected);
  CHECK(read_elsewhere(410, R"({"error":"x"})").code == errc::request_rejected);
  CHECK(read_elsewhere(503, R"({"error":"x"})").code == errc::service_unavailable);
}

TEST_CASE("an identity that the host does not have is distinguished from other refusals") {
  const auto [status, body] = GENERATE(table<int, std::string>({
      {400, R"({"error":"invalid_request","error_description":"Identity not found"})"},
      {404, R"({"error":"identity_not_found","error_description":"the requested identity has not )"
            R"(been assigned to this resource"})"},
      {404, R"({"error":{"code":"ManagedIdentityNotFound","message":"x"}})"},
      {400, R"({"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found )"
            R"(for specified ClientId"})"},
      {400, R"({"statusCode":400,"message":"Unable to load the proper Managed Identity."})"},
  }));
  const auto e = read_elsewhere(status, body);
  CHECK(e.code == errc::identity_not_found);
  CHECK(contains(e.message, "client id some-id"));
  CHECK(contains(e.advice, "Assign the identity"));
}

TEST_CASE("advice on a missing system-assigned identity is to turn it on") {
  const resolved_request unnamed{.resource = "https://vault.azure.net"};
  const auto body = R"({"error":"invalid_request","error_description":"Identity not found"})";
  const auto advice = [&](std::string_view default_identity) {
    return read_service_error({.source = "IMDS",
                               .request = unnamed,
                               .now = now,
                               .default_identity = default_identity},
                              response_of(400, body))
        .advice;
  };
  CHECK(contains(advice(""), "Turn on this host's system-assigned identity"));
  CHECK(contains(advice("the signed-in user"), "Assign the identity"));
}

TEST_CASE("a failure of the service is not blamed on the identity, whatever the body says") {
  CHECK(read(500, R"({"error":"x","error_description":"Identity not found"})").code ==
        errc::service_unavailable);
  CHECK(read(429, R"({"error":"x","error_description":"Identity not found"})").code ==
        errc::throttled);
}

TEST_CASE("known refusals have advice") {
  const auto [status, body, advice] = GENERATE(table<int, std::string, std::string>({
      {400,
       R"({"error":"invalid_request","error_description":"Multiple user assigned identities exist, )"
       R"(please specify the clientId / resourceId of the identity in the token request"})",
       "Select one"},
      {400, R"({"error":"invalid_resource","error_description":"AADSTS500011: x"})",
       "https://management.azure.com/"},
      {400, R"({"error":{"code":"AudienceNotSupported","message":"x"}})", "Check the resource"},
      {400, R"({"error":"bad_request_102","error_description":"x"})", "Bypass the proxy"},
      {400,
       R"({"error":"invalid_request","error_description":"Required metadata header not specified"})",
       "Bypass the proxy"},
      {400, R"({"error":"invalid_request","error_description":"X-Forwarded-For is refused"})",
       "Bypass the proxy"},
      {400, R"({"error":{"code":"SecretHeaderNotFound","message":"x"}})", "IDENTITY_HEADER"},
      {401, R"({"error":"unknown_source","error_description":"x"})", "Azure host itself"},
      {403, "<!DOCTYPE html><html>Squid</html>", "proxy"},
      {404, "\r\n <?xml version=\"1.0\"?><Error/>", "Azure host"},
      {302, "", "redirect"},
      {429, R"({"error":"x"})", "less often"},
      {500, R"({"error":"x"})", "later"},
      {502, "", "gateway"},
      {504, "", "gateway"},
      {204, "", "identity endpoint"},
  }));
  CHECK(contains(read(status, body).advice, advice));
}

TEST_CASE("an empty body is reported as empty") {
  const std::string body = GENERATE(as<std::string>{}, "", " \r\n");
  const auto e = read(500, body);
  CHECK(contains(e.message, "no response received"));
  CHECK(contains(to_string(e), "HTTP 500"));
}

TEST_CASE("the beginning of a body that is not JSON is shown on one line") {
  const auto e = read(500, "plain\ttext \x1b[31m\xff" + std::string(10'000, ' ') + "\r\nmore");
  CHECK(contains(e.message, "could not be parsed"));
  CHECK(contains(e.message, "\"plain text [31m?\""));
  CHECK(e.message.size() < 400);
  CHECK(e.message.find_first_of("\r\n\x1b") == std::string::npos);
}

TEST_CASE("a body without a known error is shown") {
  const auto e = read(400, R"({"raw": "error format is undefined"})");
  CHECK(contains(e.message, "error format is undefined"));
  CHECK(contains(read(500, R"({"notExpectedJson":"someValue"})").message, "no known error"));
  CHECK(contains(read(500, R"(["a"])").message, R"(["a"])"));
  CHECK(contains(read(500, R"({"statusCode":500})").message, "no known error"));
}

TEST_CASE("an error names the resource and the identity of the request") {
  for (const int status : {204, 302, 400, 429, 503}) {
    CHECK(contains(read(status, "{}").message, "https://vault.azure.net for client id some-id"));
  }
}

TEST_CASE("the host's texts are cut between characters, and cannot control a terminal") {
  std::string text = "\\r\\n\\u001b[2J\\u202e";
  for (int i = 0; i < 1'000; ++i) {
    text += "\xe2\x82\xac";
  }
  const auto e = read(400, R"({"error":")" + text + R"(","error_description":")" + text +
                               R"(","correlation_id":")" + text + R"("})");
  for (const auto& shown : {e.service_code, e.service_description, e.correlation_id}) {
    CHECK(shown.size() <= 403);
    CHECK(shown.starts_with("[2J?\xe2\x82\xac"));
    CHECK(shown.ends_with("\xe2\x82\xac..."));
  }
}

TEST_CASE("a text that looks like a token is not shown, wherever it is") {
  const std::string token = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl";
  const auto [status, body] = GENERATE_COPY(table<int, std::string>({
      {400, R"({"error":")" + token + R"(","error_description":"for )" + token + R"("})"},
      {400, R"({"error":"x","correlation_id":")" + token + R"("})"},
      {500, "text with " + token},
      {403, "<html>" + token},
      {400, R"({"raw":")" + token + R"("})"},
      {400, R"({"access_token":"c2lnbmF0dXJl","expires_in":0})"},
      {202, R"({"access_token":"c2lnbmF0dXJl","expires_in":3600})"},
      {206, R"({"error":"c2lnbmF0dXJl"})"},
      {204, "c2lnbmF0dXJl"},
  }));
  CHECK_FALSE(contains(to_string(read(status, body)), "c2lnbmF0dXJl"));
}

TEST_CASE("an error that names a parameter like a token is shown") {
  CHECK(contains(read(400, R"({"note":"no token= in the query"})").message,
                 "no token= in the query"));
}

TEST_CASE("Retry-After is part of the error, whatever the status") {
  const int status = GENERATE(400, 404, 429, 503);
  auto response = response_of(status, R"({"error":"x"})");
  response.headers = {{"Retry-After", "3"}};
  const auto e =
      read_service_error({.source = "IMDS", .request = request, .now = now}, std::move(response));
  CHECK(e.retry_after == 3s);
  CHECK_FALSE(read(429, "").retry_after);
}

TEST_CASE("only what may be the host's own answer is reported as a temporary failure") {
  const auto response = [](int status, std::string_view body, std::string_view server) {
    auto result = response_of(status, body);
    if (!server.empty()) {
      result.headers = {{"Server", sensitive_string{server}}};
    }
    static constexpr std::array<status_range, 2> transient{{{404}, {410}}};
    return read_service_error({.source = "IMDS",
                               .request = request,
                               .transient_statuses = transient,
                               .now = now,
                               .is_status_code_foreign = true},
                              std::move(result));
  };
  for (const auto& own : {response(503, "", ""), response(410, "", ""), response(500, "oops", ""),
                          response(404, R"({"error":"x"})", ""), response(500, "{}", "nginx")}) {
    CHECK(own.code == errc::service_unavailable);
    CHECK(contains(own.message, "temporarily unavailable"));
  }
  for (const auto& other :
       {response(404, "<html><title>Not Found</title>", "nginx/1.22.1"), response(404, "", ""),
        response(404, "Not Found", "SimpleHTTP"), response(502, "<html>", ""),
        response(503, "", "squid/6"), response(404, R"({"statusCode":404,"message":"x"})", "")}) {
    CHECK(other.code == errc::service_unavailable);
    CHECK_FALSE(contains(other.message, "temporarily unavailable"));
    CHECK(contains(other.message, "IMDS returned no token for"));
    CHECK_FALSE(other.advice.empty());
  }
  CHECK(contains(response(404, "", "").advice, "check the address"));
  CHECK(contains(response(502, "<html>", "").advice, "Try again later"));
}

}  // namespace service_error_test
