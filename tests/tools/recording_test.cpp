// A report of midas doctor, played back by a simulated host.
#include "tools/simulate/recording.hpp"

#include "simulator/faults/fault_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/report.hpp"
#include "tools/simulate/recorded_body.hpp"
#include <midas/simulated_host.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string rules_with(const std::string& action) {
  return R"({"rules":[{"action":)" + action + "}]}";
}

examination examined_under_rules(const std::string& rules, std::chrono::nanoseconds timeout) {
  simulated_host_options host_options;
  host_options.fault_rules = rules;
  const simulated_host host(host_options);
  token_service_options options;
  options.environment.emplace();
  options.endpoint = host.endpoint();
  return examine(vault, options, timeout);
}

std::string member_text(const rapidjson::Value& object, const char* name) {
  return object[name].GetString();
}

/// A report with these exchanges and these members before them.
std::string report_with(const std::string& exchanges, const std::string& more = {}) {
  return "{" + more + R"("exchanges":[)" + exchanges + "]}";
}

}  // namespace

TEST_CASE("doctor says the same of a host and of the playback of its report") {
  const auto action = GENERATE(
      as<std::string>{}, R"({"latency":"20ms"})", R"({"status":503})",
      R"({"status":429,"headers":{"Retry-After":"7"}})",
      R"({"status":200,"body":"<html>Sign in</html>","content_type":"text/html"})",
      R"({"status":400,"body":"<?xml?><Error/>","content_type":"Text/XML; q=1"})",
      R"({"status":200,"body":"{\"access_token\":\"\",\"x y\":1,\"n\":[1]}"})",
      R"({"status":200,"body":"{\"expires_in\":5}  "})", R"({"status":200,"body":"plain words"})",
      R"({"lifetime":"0s"})",
      R"({"status":200,"body":"{\"access_token\":\"x\",\"expires_in\":\"soon\"}"})",
      R"({"status":404,"body":""})", R"({"status":500,"body":"[1, 2]"})",
      R"({"status":400,"body":"{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}"})",
      R"({"reset":"before"})", R"({"garbage":true})");
  CAPTURE(action);
  const auto first = examined_under_rules(rules_with(action), 10s);
  const auto recorded = read_recording(to_json(first));
  CAPTURE(recorded.rules);
  CHECK(recorded.host == identity_host::imds);
  const auto second = examined_under_rules(recorded.rules, 10s);
  CHECK(second.token.has_value() == first.token.has_value());
  if (!first.token && !second.token) {
    CHECK(second.token.error().code == first.token.error().code);
    CHECK(second.token.error().http_status == first.token.error().http_status);
    CHECK(second.token.error().service_code == first.token.error().service_code);
  }
  REQUIRE(second.exchanges.size() == first.exchanges.size());
  for (std::size_t i = 0; i < first.exchanges.size(); ++i) {
    const auto& before = first.exchanges[i].answer;
    const auto& after = second.exchanges[i].answer;
    REQUIRE(before.has_value() == after.has_value());
    REQUIRE(before->has_value() == (*after).has_value());
    if (*before) {
      CHECK((*after)->status == (*before)->status);
      CHECK((*after)->body.text == (*before)->body.text);
      CHECK((*after)->body_bytes == (*before)->body_bytes);
      CHECK((*after)->content_type == (*before)->content_type);
      CHECK((*after)->retry_after == (*before)->retry_after);
    }
    // The playback takes the recorded time, which the report rounds to microseconds.
    CHECK(second.exchanges[i].elapsed + 1us >= first.exchanges[i].elapsed);
  }
}

TEST_CASE("an exchange without an answer hangs in the playback") {
  const auto first = examined_under_rules(rules_with(R"({"hang":true})"), 300ms);
  REQUIRE_FALSE(first.token);
  const auto second = examined_under_rules(read_recording(to_json(first)).rules, 300ms);
  REQUIRE_FALSE(second.token);
  CHECK(second.token.error().code == first.token.error().code);
}

TEST_CASE("a report has all that a playback needs, and no value of an answer") {
  const auto result = examined_under_rules(
      rules_with(
          R"({"status":429,"headers":{"Retry-After":"7","X-Odd.Name":"hidden1"},
              "content_type":"Application/JSON; charset=hidden2",
              "body":"{\"access_token\":\"hidden3\",\"hid den4\":1,\"message\":null}"})"),
      10s);
  const auto json = to_json(result);
  CHECK(json.find("hidden") == std::string::npos);
  CHECK(json.find("hid den") == std::string::npos);
  const auto report = parsed(json);
  const auto& exchange = report["exchanges"][0];
  CHECK(member_text(exchange, "content_type") == "application/json");
  CHECK(exchange["retry_after_ms"].GetDouble() == 7000);
  REQUIRE(exchange["members"].Size() == 2);
  CHECK(member_text(exchange["members"][0], "name") == "access_token");
  CHECK(member_text(exchange["members"][0], "kind") == "string");
  CHECK(member_text(exchange["members"][1], "kind") == "null");
  CHECK(exchange["other_members"].GetInt() == 1);
  bool has_retry_after = false;
  for (const auto& name : exchange["answer_headers"].GetArray()) {
    has_retry_after = has_retry_after || std::string{name.GetString()} == "Retry-After";
  }
  CHECK(has_retry_after);
}

TEST_CASE("recorded exchanges are played in their order, and the last one repeats") {
  const auto recorded = read_recording(report_with(
      R"({"status":503,"elapsed_ms":1.5,"answer":"empty"},{"failed":"connection_lost"},{"status":404})",
      R"("host":"app-service","imds_v2":"no",)"));
  CHECK(recorded.host == identity_host::app_service);
  CHECK_FALSE(recorded.knows_imds_v2);
  const auto rules = simulator::parse_fault_rules(recorded.rules);
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].action.status == 503);
  CHECK(rules[0].match.nth.to == 1);
  CHECK(rules[1].match.nth.to == 1);
  CHECK(rules[1].action.wire.kind == simulator::wire_fault_kind::reset_before);
  CHECK(rules[2].action.status == 404);
  CHECK(rules[2].match.nth.holds(1'000'000));
}

TEST_CASE("the challenge of Azure Arc is left to the simulated host") {
  const auto rules = simulator::parse_fault_rules(
      read_recording(
          report_with(R"({"status":401,"elapsed_ms":2},{"status":403})", R"("host":"arc",)"))
          .rules);
  REQUIRE(rules.size() == 2);
  CHECK_FALSE(rules[0].action.replaces_answer());
  CHECK(rules[0].action.latency);
  CHECK(rules[1].action.status == 403);
}

TEST_CASE("a file that is not a report is refused, and the error says why") {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "one JSON object"},
      {"[]", "one JSON object"},
      {"{}", "exchanges"},
      {R"({"exchanges":{}})", "exchanges"},
      {R"({"exchanges":[1]})", "exchanges"},
      {report_with(""), "no HTTP exchange"},
      {report_with("{}", R"("host":"toaster",)"), "host"},
      {report_with("{}", R"("host":7,)"), "host"},
      {report_with("{}", R"("error":7,)"), "error"},
      {report_with(R"({"status":99})"), "status"},
      {report_with(R"({"status":600})"), "status"},
      {report_with(R"({"status":"200"})"), "status"},
      {report_with(R"({"status":200,"elapsed_ms":-1})"), "elapsed_ms"},
      {report_with(R"({"status":200,"answer_bytes":"1"})"), "answer_bytes"},
      {report_with(R"({"status":200,"members":[1]})"), "members"},
      {report_with(R"({"failed":1})"), "failed"},
  };
  for (const auto& [text, named] : wrong) {
    CAPTURE(text);
    CHECK_THROWS_WITH(read_recording(text), Contains(named));
  }
}

TEST_CASE("extreme numbers in a report neither exhaust memory nor make wrong rules") {
  for (const auto* exchange :
       {R"({"status":200,"answer":"not JSON","answer_bytes":1e300,"elapsed_ms":1e300})",
        R"({"status":429,"retry_after_ms":1e300,"answer":"empty"})",
        R"({"status":500,"answer":"a JSON object","other_members":1e300})"}) {
    const auto recorded = read_recording(report_with(exchange));
    CHECK(recorded.rules.size() < 2'000'000);
    CHECK(simulator::parse_fault_rules(recorded.rules).size() == 1);
  }
}

TEST_CASE("midas simulate plays back the report of midas doctor") {
  const temporary_file rules(rules_with(R"({"status":403,"body":"{\"error\":\"no\"}"})"));
  const auto report_of = [](const std::vector<std::string>& arguments) {
    running_program simulator{MIDAS_PROGRAM, arguments};
    const auto line = simulator.read_line();
    return run_program(MIDAS_PROGRAM,
                       {"doctor", "--json", "--endpoint", line.substr(line.find("http://"))});
  };
  const auto first = report_of({"simulate", "--faults", rules.path()});
  const temporary_file report(first.output);
  const auto second = report_of({"simulate", "--record", report.path()});
  CHECK(second.exit_code == first.exit_code);
  const auto before = parsed(first.output);
  const auto after = parsed(second.output);
  CHECK(member_text(after["error"], "code") == member_text(before["error"], "code"));
  CHECK(after["exchanges"][0]["status"].GetInt() == 403);
  CHECK(member_text(after["exchanges"][0], "answer") ==
        member_text(before["exchanges"][0], "answer"));
  const auto refused = run_program(MIDAS_PROGRAM, {"simulate", "--record", rules.path()});
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.errors, Contains(rules.path()) && Contains("midas doctor --json"));
}
