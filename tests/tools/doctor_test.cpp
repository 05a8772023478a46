// The findings of `midas doctor` and their reports.
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/body_shape.hpp"
#include "tools/doctor/remedies.hpp"
#include "tools/doctor/report.hpp"
#include <midas/simulated_host.hpp>

#include <rapidcheck.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("the shape of a body has names and kinds but no values") {
  const auto [body, shape] = GENERATE(table<std::string, std::string>({
      {"", "empty"},
      {" \r\n\t", "empty"},
      {"<html>hidden</html>", "HTML or XML"},
      {" \n<?xml?>", "HTML or XML"},
      {"hidden", "not JSON"},
      {R"({"a":)", "not JSON"},
      {"[1]", "JSON, but not an object"},
      {R"("hidden")", "JSON, but not an object"},
      {"{}", "an empty JSON object"},
      {R"({"access_token":"hidden","expires_in":1,"scope":null,"claims":true,"error_codes":[],)"
       R"("error":{},"message":""})",
       "a JSON object (access_token: string, expires_in: number, scope: null, claims: boolean, "
       "error_codes: array, error: object, message: empty string)"},
      {R"({"hidden":1})", "a JSON object (1 other)"},
      {R"({"code":1,"with space":1,"":1,"Code":1})", "a JSON object (code: number, 3 others)"},
      {R"({"\u001b":1,"code\u0000":1})", "a JSON object (2 others)"},
  }));
  CHECK(shape_of(sensitive_string{body}) == shape);
}

TEST_CASE("the shape of a body with many members is abbreviated") {
  std::string body = R"({"error":0)";
  for (int i = 0; i < 19; ++i) {
    body += R"(,"code":)" + std::to_string(i);
  }
  const auto shape = read_shape(sensitive_string{body + "}"});
  CHECK(shape.members.size() == 12);
  CHECK_THAT(shape.text, Contains("error: number, code: number") && Contains(", 8 others"));
}

TEST_CASE("a recording transport records the shapes of exchanges in order") {
  const auto wire = std::make_shared<scripted_transport>();
  recording_transport recorder{wire};
  exchanges begun{recorder};
  http_request request;
  request.method = "POST";
  request.url = "http://127.0.0.1:1/token?resource=hidden&flag&=x&client_id=hidden";
  request.headers = {{"secret", "hidden"}, {"Metadata", "true"}};
  request.body = "hidden";
  begun.begin(request);
  begun.begin(get_request("http://127.0.0.1:2/"));
  begun.begin(get_request("http://127.0.0.1:3/"));
  wire->respond(0, 200, R"({"access_token":"hidden"})");
  wire->complete(1, fail(errc::unreachable, "no connection"));

  const auto records = recorder.records();
  REQUIRE(records.size() == 3);
  CHECK(records[0].method == "POST");
  CHECK(records[0].url == "http://127.0.0.1:1/token");
  CHECK(records[0].parameters == std::vector<std::string>{"resource", "flag", "", "client_id"});
  CHECK(records[0].headers == std::vector<std::string>{"secret", "Metadata"});
  CHECK(records[0].body_bytes == 6);
  REQUIRE(records[0].answer);
  CHECK((*records[0].answer)->status == 200);
  CHECK((*records[0].answer)->body_bytes == 25);
  CHECK((*records[0].answer)->body.text == "a JSON object (access_token: string)");
  CHECK(records[1].parameters.empty());
  CHECK(records[1].answer->error().code == errc::unreachable);
  CHECK_FALSE(records[2].answer);
  CHECK(records[2].elapsed > 0ns);
  CHECK(recorder.records()[0].elapsed == records[0].elapsed);
  // Requests and responses are forwarded unchanged.
  CHECK(wire->request(0).url == request.url);
  CHECK(begun.outcome(0)->body == R"({"access_token":"hidden"})");
  recorder.cancel(2);
  CHECK(begun.outcome(2).error().code == errc::cancelled);
  CHECK(recorder.statistics().requests == 3);
  recorder.stop();
}

TEST_CASE("the examination of a healthy host reports detection, exchange and token") {
  simulated_host imds;
  const auto result =
      examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}), 60s);
  REQUIRE(result.token);
  CHECK(remedies(result).empty());
  const auto looked_for = result.detection.findings.size();
  CHECK(looked_for + 1 == identity_hosts().size());  // App Service 2017 is never detected
  CHECK(result.address == imds.endpoint() + "/metadata/identity/oauth2/token");
  REQUIRE(result.exchanges.size() == 1);
  CHECK(result.exchanges[0].elapsed <= result.elapsed);

  const auto text = to_text(result);
  CHECK_THAT(text, Contains("Host: IMDS at " + result.address));
  CHECK_THAT(text, Contains("yes IMDS") && Contains("no  Azure Arc"));
  CHECK_THAT(text, Contains("HTTP 200 after") && Contains("access_token: string"));
  CHECK_THAT(text, Contains("Token: yes") && Contains("expires in 1 d (20"));
  CHECK_THAT(text, !Contains(std::string{result.token->token().reveal()}));

  const auto json = to_json(result);
  CHECK_THAT(json, !Contains(std::string{result.token->token().reveal()}));
  const auto document = parsed(json);
  CHECK(document["ok"].GetBool());
  CHECK(std::string{document["host"].GetString()} == "imds");
  const auto findings = document["looked_for"].GetArray();
  CHECK(findings.Size() == looked_for);
  CHECK((*(findings.End() - 1))["matched"].GetBool());
  CHECK(document["exchanges"][0]["status"].GetInt() == 200);
  CHECK(document["exchanges"][0]["elapsed_ms"].GetDouble() > 0);
  CHECK(document["token"]["expires_in"].GetInt64() > 86'000);
  CHECK(is_same_time(document["token"], "expires_on"));
  CHECK(document["token"]["refresh_in"].GetInt64() > 43'000);
  CHECK_FALSE(document.HasMember("error"));
}

TEST_CASE("the examination of a host that refuses reports its error and what to do") {
  simulated_host imds;
  const auto result = examine(
      {.identity = managed_identity::client_id("unknown"), .resource = vault_url},
      on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}, {"MSI_SECRET", "hidden"}}), 60s);
  REQUIRE_FALSE(result.token);
  const auto text = to_text(result);
  CHECK_THAT(text, Contains("HTTP 400") && Contains("Token: no") && Contains("What went wrong"));
  CHECK_THAT(text, Contains("identity_not_found") && Contains("Assign the identity"));
  CHECK_THAT(text, Contains("MSI_SECRET is set, but has no effect without MSI_ENDPOINT"));
  CHECK_THAT(text, !Contains("hidden"));
  const auto json = to_json(result);
  CHECK_THAT(json, !Contains("hidden"));
  const auto document = parsed(json);
  CHECK_FALSE(document["ok"].GetBool());
  CHECK(std::string{document["error"]["code"].GetString()} == "identity_not_found");
  CHECK(document["error"]["http_status"].GetInt() == 400);
  CHECK(std::string{document["error"]["service_code"].GetString()} == "invalid_request");
  CHECK(document["what_to_do"].Size() == 1);
  CHECK(document["remarks"].Size() == 1);
  CHECK_FALSE(document.HasMember("token"));
}

TEST_CASE("the examination of a host that cannot be asked sends nothing") {
  auto options = on({{"IDENTITY_HEADER", "hidden"}});
  options.host = identity_host::app_service;
  const auto result = examine(vault, options, 60s);
  REQUIRE_FALSE(result.token);
  CHECK(result.token.error().code == errc::invalid_configuration);
  CHECK(result.exchanges.empty());
  CHECK(result.address.empty());
  CHECK_THAT(to_text(result),
             Contains("Host: App Service, which an option chooses, cannot be asked") &&
                 Contains("nothing was sent") && Contains("IDENTITY_ENDPOINT") &&
                 !Contains("hidden"));
  const auto document = parsed(to_json(result));
  CHECK_FALSE(document.HasMember("host"));
  CHECK_FALSE(document.HasMember("address"));
  CHECK(document["exchanges"].Empty());
}

TEST_CASE("the examination of a host that never answers ends at the timeout and reports it") {
  simulated_host_options slow;
  slow.latency = 1h;
  simulated_host imds{slow};
  const auto result =
      examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}), 50ms);
  REQUIRE_FALSE(result.token);
  CHECK(result.token.error().code == errc::deadline_exceeded);
  REQUIRE(result.exchanges.size() == 1);
  CHECK_FALSE(result.exchanges[0].answer);
  CHECK_THAT(to_text(result), Contains("no answer within"));
  CHECK_FALSE(parsed(to_json(result))["exchanges"][0].HasMember("status"));
}

TEST_CASE("if no host is detected or answers, the advice is not to repair IMDS") {
  examination result;
  result.request = vault;
  result.detection = detect_host({});
  result.token = fail(errc::unreachable, "no connection", "advice of its own");
  const auto advice = remedies(result);
  REQUIRE(advice.size() == 3);
  CHECK_THAT(advice[0], Contains("No host was detected"));
  CHECK(advice[2] == "advice of its own");
  result.detection = detect_host({}, identity_host::imds);
  CHECK(remedies(result) == std::vector<std::string>{"advice of its own"});
  result.detection = detect_host({});
  result.token = fail(errc::identity_not_found, "none", "advice of its own");
  CHECK(remedies(result) == std::vector<std::string>{"advice of its own"});
}

TEST_CASE("a credential that midas does not have is reported, but does not suggest another host") {
  examination result;
  result.request = vault;
  result.detection = detect_host({.variables = {{"AZURE_TOKEN_CREDENTIALS", "dev"}}});
  result.token = fail(errc::identity_not_found, "none", "advice of its own");
  CHECK(remedies(result) == std::vector<std::string>{"advice of its own"});
  CHECK_THAT(to_text(result), Contains("AZURE_TOKEN_CREDENTIALS is dev"));
}

TEST_CASE("a report is safe to print and valid JSON, whatever its texts contain") {
  CHECK(rc::check("reports", [] {
    examination result;
    result.request = {.identity = managed_identity::client_id(*any_text()),
                      .resource = *any_text()};
    result.address = *any_text();
    result.detection.remarks = {*any_text()};
    result.listening = listener{.user_id = 7, .user_name = *any_text()};
    exchange_record exchange;
    exchange.url = *any_text();
    exchange.parameters = {*any_text()};
    exchange.answer = answer_shape{.status = 500, .body_bytes = 1, .body = {.text = *any_text()}};
    result.exchanges = {exchange};
    error problem;
    problem.code = errc::request_rejected;
    for (auto* const text :
         {&problem.message, &problem.advice, &problem.source, &problem.service_code,
          &problem.service_description, &problem.correlation_id}) {
      *text = *any_text();
    }
    result.token = unexpected{problem};
    const auto text = to_text(result);
    RC_ASSERT(printable_lines(text) == text);
    const auto json = to_json(result);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    RC_ASSERT(!document.HasParseError());
    RC_ASSERT(
        std::ranges::all_of(json, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
    const auto& message = document["error"]["message"];
    RC_ASSERT(std::string(message.GetString(), message.GetStringLength()) ==
              well_formed(problem.message));
  }));
}

TEST_CASE("a report says whose process listens at an address of this machine") {
  examination result;
  result.request = vault;
  result.detection = detect_host({}, identity_host::azure_arc);
  result.address = "http://localhost:40342/metadata/identity/oauth2/token";
  result.token = fail(errc::unreachable, "no connection");
  CHECK_THAT(to_text(result), !Contains("Listening"));
  CHECK_FALSE(parsed(to_json(result)).HasMember("listener"));
  result.listening = listener{.user_id = 998, .user_name = "himds"};
  CHECK_THAT(to_text(result), Contains("Listening there: a process of user himds (998)\n"));
  const auto document = parsed(to_json(result));
  CHECK(document["listener"]["user_id"].GetInt() == 998);
  CHECK(std::string{document["listener"]["user_name"].GetString()} == "himds");
  result.listening->user_name.clear();
  CHECK_THAT(to_text(result), Contains("a process of user unknown (998)\n"));
}
