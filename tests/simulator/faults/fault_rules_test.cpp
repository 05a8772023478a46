#include "simulator/faults/fault_rules.hpp"

#include "messages/read_duration.hpp"
#include "tests/support/catch.hpp"
#include <midas/identity_host.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

fault_rule rule_of(const std::string& match, const std::string& action) {
  const auto rules =
      parse_fault_rules(R"({"rules":[{"match":)" + match + R"(,"action":)" + action + "}]}");
  REQUIRE(rules.size() == 1);
  return rules.front();
}

fault_match match_of(const std::string& match) { return rule_of(match, R"({"hang":true})").match; }
fault_action action_of(const std::string& action) { return rule_of("{}", action).action; }

std::string refusal_of_rules(const std::string& json) {
  try {
    (void)parse_fault_rules(json);
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
  return "none";
}

std::string refusal_of_match(const std::string& match) {
  return refusal_of_rules(R"({"rules":[{"action":{"hang":true}},{"match":)" + match +
                          R"(,"action":{"hang":true}}]})");
}

std::string refusal_of_action(const std::string& action) {
  return refusal_of_rules(R"({"rules":[{"action":)" + action + "}]}");
}

}  // namespace

TEST_CASE("empty text and an empty array have no rules") {
  CHECK(parse_fault_rules("").empty());
  CHECK(parse_fault_rules(R"({"rules":[]})").empty());
}

TEST_CASE("a rule without a match applies to every request") {
  const auto rules = parse_fault_rules(R"({"rules":[{"action":{"status":503}}]})");
  REQUIRE(rules.size() == 1);
  const auto& match = rules.front().match;
  CHECK_FALSE(match.host);
  CHECK_FALSE(match.resource);
  CHECK_FALSE(match.identity);
  CHECK(match.nth.holds(1));
  CHECK(match.nth.holds(1'000'000));
  CHECK(match.window.holds(0ns));
  CHECK(match.window.holds(24h * 365));
  CHECK(match.probability == 1);
}

TEST_CASE("a match may have host, resource, identity and probability") {
  const auto match = match_of(
      R"({"host":"arc","resource":"https://vault.azure.net","identity":"ID","probability":0.25})");
  CHECK(match.host == identity_host::azure_arc);
  CHECK(match.resource == "https://vault.azure.net");
  CHECK(match.identity == "ID");
  CHECK(match.probability == 0.25);
  CHECK(match_of(R"({"identity":"system"})").identity == "");
}

TEST_CASE("nth is a number, a range or an interval") {
  const auto third = match_of(R"({"nth":3})").nth;
  CHECK_FALSE(third.holds(2));
  CHECK(third.holds(3));
  CHECK_FALSE(third.holds(4));
  CHECK_FALSE(third.holds(6));
  const auto range = match_of(R"({"nth":[2,4]})").nth;
  CHECK_FALSE(range.holds(1));
  CHECK(range.holds(2));
  CHECK(range.holds(3));
  CHECK(range.holds(4));
  CHECK_FALSE(range.holds(5));
  const auto every = match_of(R"({"nth":{"every":3}})").nth;
  CHECK_FALSE(every.holds(1));
  CHECK_FALSE(every.holds(2));
  CHECK(every.holds(3));
  CHECK_FALSE(every.holds(4));
  CHECK(every.holds(6));
}

TEST_CASE("a window holds from its beginning until just before its end") {
  const auto window = match_of(R"({"window":{"from":"5s","to":"10s"}})").window;
  CHECK_FALSE(window.holds(5s - 1ns));
  CHECK(window.holds(5s));
  CHECK(window.holds(10s - 1ns));
  CHECK_FALSE(window.holds(10s));
  CHECK(match_of(R"({"window":{"to":"1m"}})").window.holds(0s));
  CHECK_FALSE(match_of(R"({"window":{"to":"1m"}})").window.holds(1min));
  CHECK(match_of(R"({"window":{"from":"1m"}})").window.holds(24h));
}

TEST_CASE("an action may replace the answer") {
  const auto action =
      action_of(R"({"status":429,"body":"slow down","headers":{"Retry-After":"3","X-A":""},)"
                R"("content_type":"text/html"})");
  CHECK(action.status == 429);
  CHECK(action.body == "slow down");
  CHECK(action.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Retry-After", "3"}, {"X-A", ""}});
  CHECK(action.content_type == "text/html");
  CHECK(action.replaces_answer());
  CHECK(action.name == "status+body+headers+content_type");
  CHECK(action_of(R"({"redirect":"http://127.0.0.1:1/x"})").redirect == "http://127.0.0.1:1/x");
  CHECK(action_of(R"({"redirect":"/x","status":307})").status == 307);
}

TEST_CASE("a latency is fixed, uniform or lognormal") {
  CHECK(std::get<fixed_latency>(*action_of(R"({"latency":"50ms"})").latency).value == 50ms);
  const auto uniform =
      std::get<uniform_latency>(*action_of(R"({"latency":{"min":"1ms","max":"2ms"}})").latency);
  CHECK(uniform.min == 1ms);
  CHECK(uniform.max == 2ms);
  const auto lognormal = std::get<lognormal_latency>(
      *action_of(R"({"latency":{"median":"20ms","p99":"1s"}})").latency);
  CHECK(lognormal.median == 20ms);
  CHECK(lognormal.p99 == 1s);
}

TEST_CASE("an action may have one wire fault") {
  const auto wire = [](const std::string& action) { return action_of(action).wire; };
  using kind = wire_fault_kind;
  CHECK(wire(R"({"status":503})").kind == kind::none);
  CHECK(wire(R"({"reset":"before"})").kind == kind::reset_before);
  CHECK(wire(R"({"reset":"within_headers"})").kind == kind::reset_within_headers);
  CHECK(wire(R"({"reset":"after_headers","status":503})").kind == kind::reset_after_headers);
  CHECK(wire(R"({"truncate_body":10})") == wire_fault{kind::truncate_body, 10, 0ns});
  CHECK(wire(R"({"slow_drip":{"bytes":2,"every":"10ms"}})") ==
        wire_fault{kind::slow_drip, 2, 10ms});
  CHECK(wire(R"({"endless_body":true,"latency":"1s"})").kind == kind::endless_body);
  CHECK(wire(R"({"garbage":true})").kind == kind::garbage);
  CHECK(wire(R"({"hang":true})").kind == kind::hang);
}

TEST_CASE("an action may change the token") {
  CHECK(action_of(R"({"lifetime":"30s"})").token.lifetime == 30s);
  CHECK(action_of(R"({"lifetime":"1500ms"})").token.lifetime == 1s);
  CHECK(action_of(R"({"wrong_identity":true,"lifetime":"1s"})").token.wrong_identity);
  CHECK(action_of(R"({"same_token":true})").token.same_token);
  CHECK(action_of(R"({"expires_on_form":"tomorrow"})").expires_on_form == "tomorrow");
  CHECK(action_of(R"({"latency":"1s","lifetime":"30s","expires_on_form":"x"})").name ==
        "latency+lifetime+expires_on_form");
}

TEST_CASE("a rule matches every host by its option name") {
  for (const auto host : identity_hosts()) {
    CHECK(match_of(R"({"host":")" + std::string(option_name(host)) + "\"}").host == host);
  }
}

TEST_CASE("durations are a number and a unit") {
  CHECK(read_duration("5ns") == 5ns);
  CHECK(read_duration("5us") == 5us);
  CHECK(read_duration("5ms") == 5ms);
  CHECK(read_duration("1.5s") == 1500ms);
  CHECK(read_duration("2m") == 2min);
  CHECK(read_duration("2min") == 2min);
  CHECK(read_duration("1h") == 1h);
  CHECK(read_duration("1d") == 24h);
  CHECK(read_duration("0s") == 0s);
  for (const auto* text :
       {"", "5", "s", "-5s", "-0s", "5 s", "1e3s", "5x", "101000d", "nan", "infs", "5s "}) {
    CAPTURE(text);
    CHECK_FALSE(read_duration(text));
  }
}

TEST_CASE("a malformed rules file is refused with its location and a remedy") {
  CHECK_THAT(refusal_of_rules("{"), Contains("not valid JSON") && Contains("line 1"));
  CHECK_THAT(refusal_of_rules("{\"rules\":\n\n [}"),
             Contains("not valid JSON") && Contains("line 3"));
  CHECK_THAT(refusal_of_rules("\"\xff\""), Contains("not valid JSON"));
  CHECK_THAT(refusal_of_rules(std::string(1'000'000, '[')), Contains("not valid JSON"));
  CHECK_THAT(refusal_of_rules("[]"), Contains("\"rules\""));
  CHECK_THAT(refusal_of_rules("{}"), Contains("\"rules\""));
  CHECK_THAT(refusal_of_rules(R"({"rules":{}})"), Contains("rules must be an array"));
  CHECK_THAT(refusal_of_rules(R"({"rules":[],"rule":[]})"),
             Contains("the file has an unknown member 'rule'") && Contains("it may have rules"));
  CHECK_THAT(refusal_of_rules(R"({"rules":[7]})"), Contains("rules[0] must be an object"));
  CHECK_THAT(refusal_of_rules(R"({"rules":[{}]})"), Contains("rules[0] has no member 'action'"));
  CHECK_THAT(refusal_of_rules(R"({"rules":[{"action":{"hang":true},"acton":1}]})"),
             Contains("rules[0] has an unknown member 'acton'") && Contains("match, action"));
}

TEST_CASE("an error in a match names the rule and the member") {
  struct wrong {
    std::string match;
    std::string path;
    std::string remedy;
  };
  for (const auto& [match, path, remedy] : std::vector<wrong>{
           {"7", "rules[1].match ", "object"},
           {R"({"hosts":"imds"})", "rules[1].match ", "unknown member 'hosts'"},
           {R"({"nth":1,"nth":2})", "rules[1].match ", "'nth' twice"},
           {R"({"host":"toaster"})", "rules[1].match.host ", "app-service-2017"},
           {R"({"host":7})", "rules[1].match.host ", "text"},
           {R"({"resource":null})", "rules[1].match.resource ", "text"},
           {R"({"identity":""})", "rules[1].match.identity ", "\"system\""},
           {R"({"nth":0})", "rules[1].match.nth ", "from 1"},
           {R"({"nth":1.5})", "rules[1].match.nth ", "whole number"},
           {R"({"nth":"1"})", "rules[1].match.nth ", "whole number"},
           {R"({"nth":[1]})", "rules[1].match.nth ", "[from, to]"},
           {R"({"nth":[3,2]})", "rules[1].match.nth[1] ", "from 3"},
           {R"({"nth":{}})", "rules[1].match.nth ", "'every'"},
           {R"({"nth":{"every":0}})", "rules[1].match.nth.every ", "from 1"},
           {R"({"window":{"from":5}})", "rules[1].match.window.from ", "\"5s\""},
           {R"({"window":{"from":"5"}})", "rules[1].match.window.from ", "\"5s\""},
           {R"({"window":{"from":"5s","to":"5s"}})", "rules[1].match.window ", "later"},
           {R"({"probability":1.1})", "rules[1].match.probability ", "from 0 to 1"},
           {R"({"probability":-0.1})", "rules[1].match.probability ", "from 0 to 1"},
           {R"({"probability":"1"})", "rules[1].match.probability ", "number"},
       }) {
    CAPTURE(match);
    CHECK_THAT(refusal_of_match(match), Contains(path) && Contains(remedy));
  }
}

TEST_CASE("an error in an action names the rule and the member") {
  struct wrong {
    std::string action;
    std::string path;
    std::string remedy;
  };
  for (const auto& [action, path, remedy] : std::vector<wrong>{
           {"{}", "rules[0].action ", "status"},
           {"[]", "rules[0].action ", "object"},
           {R"({"staus":503})", "rules[0].action ", "unknown member 'staus'"},
           {R"({"status":199})", "rules[0].action.status ", "from 200 to 599"},
           {R"({"status":600})", "rules[0].action.status ", "from 200 to 599"},
           {R"({"status":"503"})", "rules[0].action.status ", "whole number"},
           {R"({"body":"x"})", "rules[0].action ", "\"status\""},
           {R"({"status":503,"body":{}})", "rules[0].action.body ", "text"},
           {R"({"status":503,"headers":[]})", "rules[0].action.headers ", "object"},
           {R"({"headers":{"A":"b\r\nC: d"}})", "rules[0].action.headers.A ", "control"},
           {R"({"headers":{"A b":"c"}})", "rules[0].action.headers.A b ", "header name"},
           {R"({"headers":{"content-length":"1"}})", "rules[0].action.headers.content-length ",
            "truncate_body"},
           {R"({"headers":{"Content-Type":"a"}})", "rules[0].action.headers.Content-Type ",
            "content_type"},
           {R"({"content_type":"a\nb"})", "rules[0].action.content_type ", "control"},
           {R"({"redirect":"/a\r\nb"})", "rules[0].action.redirect ", "control"},
           {R"({"redirect":"/a","status":200})", "rules[0].action ", "300 to 399"},
           {R"({"latency":50})", "rules[0].action.latency ", "\"50ms\""},
           {R"({"latency":"25h"})", "rules[0].action.latency ", "at most 24h"},
           {R"({"latency":{}})", "rules[0].action.latency ", "'median'"},
           {R"({"latency":{"min":"1s"}})", "rules[0].action.latency ", "'max'"},
           {R"({"latency":{"min":"2s","max":"1s"}})", "rules[0].action.latency ", "at least"},
           {R"({"latency":{"min":"1s","p99":"1s"}})", "rules[0].action.latency ", "either"},
           {R"({"latency":{"median":"0s","p99":"1s"}})", "rules[0].action.latency ", "above zero"},
           {R"({"latency":{"median":"2s","p99":"1s"}})", "rules[0].action.latency ", "at least"},
           {R"({"reset":"after"})", "rules[0].action.reset ", "within_headers"},
           {R"({"truncate_body":-1})", "rules[0].action.truncate_body ", "whole number"},
           {R"({"slow_drip":{"bytes":0,"every":"1s"}})", "rules[0].action.slow_drip.bytes ",
            "from 1"},
           {R"({"slow_drip":{"bytes":1}})", "rules[0].action.slow_drip ", "'every'"},
           {R"({"hang":false})", "rules[0].action.hang ", "leave it out"},
           {R"({"garbage":1})", "rules[0].action.garbage ", "true"},
           {R"({"hang":true,"garbage":true})", "rules[0].action ", "rules of their own"},
           {R"({"hang":true,"latency":"1s"})", "rules[0].action ", "never ends"},
           {R"({"hang":true,"status":200})", "rules[0].action ", "leave one of the two out"},
           {R"({"garbage":true,"lifetime":"1s"})", "rules[0].action ", "leave one of the two out"},
           {R"({"reset":"before","headers":{"A":"b"}})", "rules[0].action ", "sends no answer"},
           {R"({"status":503,"lifetime":"1s"})", "rules[0].action ", "gives no token"},
           {R"({"redirect":"/","expires_on_form":"x"})", "rules[0].action ", "gives no token"},
           {R"({"lifetime":"30"})", "rules[0].action.lifetime ", "duration"},
           {R"({"same_token":true,"lifetime":"1s"})", "rules[0].action ", "\"same_token\""},
           {R"({"expires_on_form":7})", "rules[0].action.expires_on_form ", "text"},
       }) {
    CAPTURE(action);
    CHECK_THAT(refusal_of_action(action), Contains(path) && Contains(remedy));
  }
}

TEST_CASE("the example in the documentation is a valid rules file") {
  std::ifstream file(MIDAS_FAULTS_EXAMPLE);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto rules = parse_fault_rules(text);
  REQUIRE(rules.size() == 6);
  CHECK(rules[0].action.status == 410);
  CHECK(rules[0].match.window.to == 70s);
}
