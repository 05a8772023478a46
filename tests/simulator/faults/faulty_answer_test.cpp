#include "simulator/faults/faulty_answer.hpp"

#include "simulator/faults/wire_faults.hpp"
#include "simulator/hosts/simulated_app_service.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "tests/simulator/support/imds_request.hpp"
#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::simulator;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

fault_action parsed_action(const std::string& action) {
  return parse_fault_rules(R"({"rules":[{"action":)" + action + "}]}").front().action;
}

/// The answer to a token request under the action.
response answer_of(simulated_protocol& host, const std::string& action,
                   const imds_request& request = {}) {
  const auto target = request.path + "?" + request.query;
  response out;
  answer_with_fault(parsed_action(action), host, {request.method, target, request.fields, {}},
                    request.now, out);
  out.resource = {};
  return out;
}

response answer_of(const std::string& action) {
  simulated_imds host{simulated_host_options{}};
  return answer_of(host, action);
}

std::string token_of(const response& answer) {
  return text_of(parse_object(answer.body), "access_token");
}

std::string fields_named(const response& answer, const std::string& name) {
  std::string found;
  for (std::size_t at = 0; (at = answer.fields.find(name + ": ", at)) != std::string::npos; ++at) {
    found += answer.fields.substr(at, answer.fields.find("\r\n", at) - at) + ";";
  }
  return found;
}

response some_response(wire_fault_kind kind, std::size_t bytes = 0) {
  response answer;
  answer.add_field("A", "b");
  answer.body = "0123456789";
  answer.fault = {.kind = kind, .bytes = bytes};
  return answer;
}

/// The bytes appended for the fault after the answer to an earlier request.
std::string sent(wire_fault_kind kind, std::size_t bytes = 0) {
  std::string out = "earlier\r\n\r\n";
  append_faulty_response(out, some_response(kind, bytes), {.date = "today", .connection = {}});
  REQUIRE(out.starts_with("earlier\r\n\r\n"));
  return out.substr(11);
}

constexpr std::string_view whole_head =
    "HTTP/1.1 200 OK\r\nA: b\r\nDate: today\r\nContent-Length: 10\r\n\r\n";

}  // namespace

TEST_CASE("a status without a body has an error in the host's own form") {
  const auto imds = answer_of(R"({"status":503})");
  CHECK(imds.status == 503);
  CHECK(imds.token_request);
  CHECK(text_of(parse_object(imds.body), "error") == "unknown");
  CHECK_FALSE(text_of(parse_object(imds.body), "error_description").empty());
  CHECK(field_of(imds, "Content-Type") == "application/json; charset=utf-8");

  simulated_app_service app_service(app_service_2019(), {});
  const auto other = answer_of(app_service, R"({"status":503})");
  CHECK(other.status == 503);
  CHECK(parse_object(other.body)["statusCode"].GetInt() == 503);
  CHECK_FALSE(text_of(parse_object(other.body), "message").empty());
}

TEST_CASE("throttling has the text of live machines and a Retry-After field") {
  simulated_imds host{simulated_host_options{}};
  response out;
  answer_throttled(host, out);
  CHECK(out.status == 429);
  CHECK(out.token_request);
  CHECK(field_of(out, "Retry-After") == "1");
  CHECK(out.body == R"({"error":"invalid_request",)"
                    R"("error_description":"Temporarily throttled, too many requests"})");
}

TEST_CASE("a status may have its own body, headers and content type") {
  const auto answer = answer_of(
      R"({"status":200,"body":"<p>","headers":{"Retry-After":"3"},"content_type":"text/html"})");
  CHECK(answer.status == 200);
  CHECK(answer.body == "<p>");
  CHECK(field_of(answer, "Retry-After") == "3");
  CHECK(fields_named(answer, "Content-Type") == "Content-Type: text/html;");
  CHECK(answer_of(R"({"status":204})").body.empty());
  CHECK(answer_of(R"({"status":500,"body":""})").body.empty());
}

TEST_CASE("a redirect has a location and no token") {
  const auto answer = answer_of(R"({"redirect":"http://127.0.0.1:1/"})");
  CHECK(answer.status == 302);
  CHECK(field_of(answer, "Location") == "http://127.0.0.1:1/");
  CHECK(answer.body.empty());
  CHECK(answer_of(R"({"redirect":"/","status":308})").status == 308);
}

TEST_CASE("headers and content type replace the host's own") {
  const auto answer = answer_of(R"({"content_type":"text/plain","headers":{"SERVER":"none"}})");
  CHECK(answer.status == 200);
  CHECK_FALSE(token_of(answer).empty());
  CHECK(fields_named(answer, "Content-Type") == "Content-Type: text/plain;");
  CHECK(fields_named(answer, "Server").empty());
  CHECK(field_of(answer, "SERVER") == "none");
  CHECK_FALSE(field_of(answer, "x-ms-request-id").empty());
}

TEST_CASE("a lifetime applies to the token and its answer, and to no later answer") {
  simulated_imds host{simulated_host_options{}};
  const auto check = [&](const std::string& action, std::int64_t lifetime) {
    const auto answer = answer_of(host, action);
    const auto json = parse_object(answer.body);
    CHECK(text_of(json, "expires_in") == std::to_string(lifetime));
    CHECK(text_of(json, "expires_on") == std::to_string(1'800'000'000 + lifetime));
    CHECK(decode_token(token_of(answer)).payload["exp"].GetInt64() == 1'800'000'000 + lifetime);
  };
  check(R"({"latency":"1s"})", 86'400);
  check(R"({"lifetime":"30s"})", 30);
  check(R"({"latency":"1s"})", 86'400);
}

TEST_CASE("wrong_identity gives another identity of the host, in the token and in the answer") {
  const auto owner_under = [](const std::string& action, const std::string& more) {
    simulated_imds host{simulated_host_options{}};
    imds_request request;
    request.query = token_query(more);
    const auto answer = answer_of(host, action, request);
    const auto owner = owner_of(answer, "https://vault.azure.net");
    CHECK(text_of(parse_object(answer.body), "client_id") == owner);
    return owner;
  };
  const auto system = sample_system_assigned_identity().client_id;
  const auto user = sample_user_assigned_identity().client_id;
  CHECK(owner_under(R"({"latency":"1s"})", "") == system);
  CHECK(owner_under(R"({"wrong_identity":true})", "") == user);
  CHECK(owner_under(R"({"wrong_identity":true})", "&client_id=" + user) == system);
}

TEST_CASE("wrong_identity works on a host with one identity") {
  simulated_host_options options;
  options.user_assigned.clear();
  simulated_imds host{options};
  CHECK(owner_of(answer_of(host, R"({"wrong_identity":true})"), "https://vault.azure.net") !=
        sample_system_assigned_identity().client_id);
}

TEST_CASE("same_token repeats the last token with the rest of its lifetime") {
  simulated_imds host{simulated_host_options{}};
  imds_request request;
  (void)answer_of(host, R"({"latency":"1s"})", request);
  const auto last = answer_of(host, R"({"latency":"1s"})", request);
  request.now += 100s;
  const auto same = answer_of(host, R"({"same_token":true})", request);
  CHECK(token_of(same) == token_of(last));
  const auto json = parse_object(same.body);
  CHECK(text_of(json, "expires_on") == text_of(parse_object(last.body), "expires_on"));
  CHECK(text_of(json, "expires_in") == "86300");

  imds_request other;
  other.query = "api-version=2018-02-01&resource=https://storage.azure.com";
  CHECK(token_of(answer_of(host, R"({"same_token":true})", other)) != token_of(last));
  request.now += 86'300s;
  CHECK(text_of(parse_object(answer_of(host, R"({"same_token":true})", request).body),
                "expires_in") == "0");
  const auto fresh = answer_of(host, R"({"latency":"1s"})", request);
  CHECK(token_of(fresh) != token_of(last));
  CHECK(token_of(answer_of(host, R"({"same_token":true})", request)) == token_of(fresh));
}

TEST_CASE("same_token keeps the lifetime that the token was issued with") {
  simulated_imds host{simulated_host_options{}};
  const auto wrong = answer_of(host, R"({"lifetime":"30s"})");
  CHECK(answer_of(host, R"({"same_token":true})").body == wrong.body);
}

TEST_CASE("expires_on_form replaces expires_on and nothing else") {
  const auto json = parse_object(answer_of(R"({"expires_on_form":"to\"morrow"})").body);
  CHECK(text_of(json, "expires_on") == "to\"morrow");
  CHECK(text_of(json, "expires_in") == "86400");
  CHECK(text_of(json, "token_type") == "Bearer");
  decode_token(text_of(json, "access_token"));
}

TEST_CASE("a refused request stays refused if the action changes the token") {
  simulated_imds host{simulated_host_options{}};
  imds_request request;
  request.query = "resource=x";
  const auto answer = answer_of(host, R"({"lifetime":"1s","expires_on_form":"x"})", request);
  CHECK(answer.status == 400);
  CHECK_THAT(answer.body, Contains("api-version"));
}

TEST_CASE("an action that sends no answer does not call the host") {
  simulated_imds host{simulated_host_options{}};
  host.issuer().forget_recipient();
  for (const auto* action : {R"({"hang":true})", R"({"garbage":true})", R"({"reset":"before"})"}) {
    const auto answer = answer_of(host, action);
    CHECK(answer.token_request);
    CHECK(answer.body.empty());
    CHECK(answer.fault.kind != wire_fault_kind::none);
    CHECK(host.issuer().recipient().empty());
  }
  (void)answer_of(host, R"({"reset":"after_headers"})");
  CHECK(host.issuer().recipient() == sample_system_assigned_identity().client_id);
}

TEST_CASE("the bytes sent for each wire fault") {
  using kind = wire_fault_kind;
  const std::string head(whole_head);
  CHECK(sent(kind::reset_before).empty());
  CHECK(sent(kind::hang).empty());
  CHECK(sent(kind::reset_within_headers) == head.substr(0, head.size() / 2));
  CHECK(sent(kind::reset_after_headers) == head);
  CHECK(sent(kind::truncate_body, 4) == head + "0123");
  CHECK(sent(kind::truncate_body, 0) == head);
  CHECK(sent(kind::truncate_body, 400) == head + "0123456789");
  CHECK(sent(kind::slow_drip, 1) == head + "0123456789");
  CHECK(sent(kind::endless_body) ==
        "HTTP/1.1 200 OK\r\nA: b\r\nDate: today\r\nConnection: close\r\n\r\n0123456789");
  CHECK_FALSE(sent(kind::garbage).empty());
  CHECK_THAT(sent(kind::garbage), !Contains("HTTP/"));
}
