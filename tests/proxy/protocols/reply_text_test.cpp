#include "proxy/protocols/reply_text.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view reply_id = "01234567-89ab-cdef-0123-456789abcdef";
constexpr std::chrono::sys_seconds reply_now{1'700'000'000s};

access_token reply_token(std::string resource = "https://vault.azure.net") {
  return {token_grant{.token = secret{std::string_view{"the-token"}},
                      .resource = std::move(resource),
                      .expires_on = reply_now + 3'599s},
          token_source::cache};
}

std::string token_reply(const token_query& query, const token_claims& claims = {},
                        std::string_view connection = {}) {
  sensitive_string out;
  append_token(out, query, reply_token(), claims, reply_now,
               {.date = "the date", .connection = connection, .request_id = reply_id});
  return {out.data(), out.size()};
}

std::string refusal_reply(const refusal& refused, bool with_body = true) {
  sensitive_string out;
  append_refusal(out, refused,
                 {.date = "the date", .request_id = reply_id, .with_body = with_body});
  return {out.data(), out.size()};
}

}  // namespace

TEST_CASE("a token has the reply of IMDS, with the time that is left") {
  const token_query query{.protocol = client_protocol::imds,
                          .resource = "https://vault.azure.net/"};
  CHECK(token_reply(query, {.client_id = "app", .not_before = "1699999999"}) ==
        "HTTP/1.1 200 OK\r\n"
        "x-ms-request-id: 01234567-89ab-cdef-0123-456789abcdef\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "Server: IMDS/150.870.65.1854\r\n"
        "Date: the date\r\n"
        "Content-Length: 202\r\n"
        "\r\n"
        R"({"access_token":"the-token","client_id":"app","expires_in":"3599",)"
        R"("expires_on":"1700003599","ext_expires_in":"3599","not_before":"1699999999",)"
        R"("resource":"https://vault.azure.net/","token_type":"Bearer"})");
}

TEST_CASE("a token has the reply of App Service, without the time that is left") {
  const token_query query{.protocol = client_protocol::app_service, .resource = "r\"\x01"};
  CHECK(token_reply(query, {}, "close") ==
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "Server: Kestrel\r\n"
        "Date: the date\r\n"
        "Content-Length: 99\r\n"
        "Connection: close\r\n"
        "\r\n"
        R"({"access_token":"the-token","expires_on":"1700003599",)"
        R"("resource":"r\"\u0001","token_type":"Bearer"})");
}

TEST_CASE("the place of the request's id in a reply is known") {
  sensitive_string out = "before";
  const token_query query{.protocol = client_protocol::imds, .resource = "r"};
  const auto at =
      append_token(out, query, reply_token(), {}, reply_now, {.date = "d", .request_id = reply_id});
  CHECK(std::string_view{out}.substr(6 + at, request_id_size) == reply_id);
}

TEST_CASE("a refusal has the form of IMDS") {
  CHECK(refusal_reply({.status = 429,
                       .code = "too_many_requests",
                       .text = "Wait",
                       .correlation_id = "its-id",
                       .retry_after = 7s}) ==
        "HTTP/1.1 429 Too Many Requests\r\n"
        "x-ms-request-id: 01234567-89ab-cdef-0123-456789abcdef\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "Server: IMDS/150.870.65.1854\r\n"
        "Retry-After: 7\r\n"
        "Date: the date\r\n"
        "Content-Length: 82\r\n"
        "\r\n"
        R"({"error":"too_many_requests","error_description":"Wait","correlation_id":"its-id"})");
}

TEST_CASE("errors of the metadata service around the identity endpoint have no code") {
  CHECK(refusal_reply({.status = 404, .text = "Not found"})
            .ends_with("\r\n\r\n{\"error\":\"Not found\"}"));
  const auto versions = refusal_reply({.text = "Bad", .lists_versions = true});
  CHECK(versions.ends_with(
      R"({"error":"Bad","newest-versions":["2023-11-15","2023-07-01","2021-12-13"]})"));
}

TEST_CASE("a refusal has the form of App Service") {
  const auto reply =
      refusal_reply({.protocol = client_protocol::app_service, .status = 401, .text = "No"});
  CHECK(
      reply.starts_with("HTTP/1.1 401 Unauthorized\r\nX-CORRELATION-ID: " + std::string{reply_id}));
  CHECK(reply.ends_with(R"({"statusCode":401,"message":"No","correlationId":")" +
                        std::string{reply_id} + "\"}"));
}

TEST_CASE("the answer to a wrong method names the allowed one, and HEAD gets no body") {
  const auto reply = refusal_reply({.status = 405, .text = "Method not allowed"}, false);
  CHECK(reply.find("\r\nAllow: GET\r\n") != std::string::npos);
  CHECK(reply.find("\r\nContent-Length: 30\r\n") != std::string::npos);
  CHECK(reply.ends_with("\r\n\r\n"));
}

TEST_CASE("text that is not a request closes the connection") {
  sensitive_string out;
  append_protocol_error(out, 431, "Too much", "the date");
  const std::string_view text{out};
  CHECK(text.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
  CHECK(text.find("\r\nConnection: close\r\n") != std::string_view::npos);
}
