#include "proxy/configuration/configuration_reader.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace midas::internal::proxy;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

proxy_configuration read(std::string_view text) {
  const auto result = read_configuration(text);
  if (!result) {
    FAIL(to_string(result.error().front()));
  }
  return *result;
}

// Each problem on a line; "none" if the text is accepted.
std::string problems_of(std::string_view text) {
  const auto result = read_configuration(text);
  if (result) {
    return "none";
  }
  std::string all;
  for (const auto& each : result.error()) {
    all += to_string(each) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("an empty object is the default configuration") {
  const auto empty = read("{}");
  const proxy_configuration defaults;
  CHECK(empty.listeners.empty());
  CHECK(empty.upstream == "auto");
  CHECK(empty.max_connections == defaults.max_connections);
  CHECK_FALSE(empty.allowed_uids);
}

TEST_CASE("every member is read") {
  const auto full = read(R"({
    "listeners": ["127.0.0.1:8080", "[::1]:8080", "unix:/run/midas/proxy.sock"],
    "allow_non_loopback": true,
    "upstream": "arc",
    "identity_header": "0123456789abcdef",
    "allowed_uids": [0, 1000, 4294967294],
    "tokens": {"resources": ["https://vault.azure.net"], "identities": ["system-assigned"]},
    "users": [
      {"uid": 1000, "tokens": {"resources": ["*"]}},
      {"uid": 0, "tokens": {"identities": ["6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c1",
                                           "/subscriptions/s/resourceGroups/g"]}}],
    "workers": 3,
    "max_connections": 77,
    "max_header_bytes": 2048,
    "max_connections_per_client": 8,
    "header_timeout": "1.5s",
    "idle_timeout": "5min",
    "request_timeout": "700ms",
    "max_cold_keys_per_client": 9,
    "drain_timeout": "0s",
    "metrics": "127.0.0.1:9464",
    "admin_path": "/run/midas/admin.sock",
    "access_log": "-"
  })");
  CHECK(full.listeners == std::vector<listen_address>{{.address = "127.0.0.1", .port = 8080},
                                                      {.address = "::1", .port = 8080},
                                                      {.path = "/run/midas/proxy.sock"}});
  CHECK(full.allow_non_loopback);
  CHECK(full.upstream == "arc");
  CHECK(full.identity_header.reveal() == "0123456789abcdef");
  CHECK(full.allowed_uids == std::vector<uid_t>{0, 1000, 4'294'967'294});
  CHECK(full.tokens == token_rules{.resources = {{"https://vault.azure.net"}},
                                   .identities = {{"system-assigned"}}});
  REQUIRE(full.users.size() == 2);
  CHECK(full.users[0] == user_rules{.uid = 1000, .tokens = {.resources = {{"*"}}}});
  CHECK(full.users[1].tokens.identities->size() == 2);
  CHECK(full.workers == 3);
  CHECK(full.max_connections == 77);
  CHECK(full.max_header_bytes == 2048);
  CHECK(full.max_connections_per_client == 8);
  CHECK(full.header_timeout == 1500ms);
  CHECK(full.idle_timeout == 5min);
  CHECK(full.request_timeout == 700ms);
  CHECK(full.max_cold_keys_per_client == 9);
  CHECK(full.drain_timeout == 0ms);
  CHECK(full.metrics == listen_address{.address = "127.0.0.1", .port = 9464});
  CHECK(full.admin_path == "/run/midas/admin.sock");
  CHECK(full.access_log == "-");
}

TEST_CASE("an empty list is not an absent one") {
  const auto none = read(R"({"allowed_uids": [], "tokens": {"resources": []}})");
  REQUIRE(none.allowed_uids);
  CHECK(none.allowed_uids->empty());
  REQUIRE(none.tokens.resources);
  CHECK_FALSE(none.tokens.identities);
}

TEST_CASE("text that is not JSON is refused with its line") {
  CHECK_THAT(
      problems_of(""),
      Contains("the file is not valid JSON: line 1: The document is empty. Write an object"));
  CHECK_THAT(problems_of("{\n  \"workers\": 1,\n}"), Contains("line 3"));
  CHECK_THAT(problems_of("{\"upstream\": \"\\n\\n\\n\",\n\n x"), Contains("line 3"));
  CHECK_THAT(problems_of("{} // comment"), Contains("without comments"));
  CHECK_THAT(problems_of("{/* comment */}"), Contains("without comments"));
  CHECK_THAT(problems_of("{} {}"), Contains("not valid JSON"));
  CHECK_THAT(problems_of({"{}\0", 3}), Contains("code 0"));
  CHECK_THAT(problems_of("{\"upstream\": \"\xff\"}"), Contains("not valid JSON"));
  for (const auto* text :
       {"\xef", "{\"a\xc3", "{\"a\xef", "{\"a\xf0\x9f", "{\"a\": \"\xf0\x9f\x98"}) {
    CHECK_THAT(problems_of(text), Contains("not valid JSON"));
  }
  CHECK_THAT(problems_of("[]"), Contains("the file is a list. Write an object"));
  CHECK_THAT(problems_of("null"), Contains("the file is null"));
  CHECK_THAT(problems_of(std::string(100'000, '[')), Contains("not valid JSON"));
}

TEST_CASE("an unknown member is refused with the nearest name") {
  CHECK(problems_of(R"({"listener": []})") ==
        "listener is unknown. Write listeners, or remove it\n");
  CHECK(problems_of(R"({"tokens": {"resource": []}})") ==
        "tokens.resource is unknown. Write resources, or remove it\n");
  CHECK(problems_of(R"({"users": [{"uid": 1, "name": "x"}]})") ==
        "users[0].name is unknown. Remove it; docs/proxy_configuration.md lists the members\n");
  CHECK_THAT(problems_of(R"({"a\u001b[2Jb": 1})"), Contains("\"a?[2Jb\" is unknown"));
  CHECK_THAT(problems_of("{\"" + std::string(100'000, 'a') + "\": 1}"), Contains("is unknown"));
}

TEST_CASE("a member that occurs twice is refused, wherever it is") {
  CHECK(problems_of(R"({"workers": 1, "workers": 1})") ==
        "workers occurs more than once. Remove all but one\n");
  CHECK_THAT(problems_of(R"({"users": [{"uid": 1, "uid": 2}]})"), Contains("users[0].uid occurs"));
  CHECK_THAT(problems_of(R"({"x": 1, "x": 1})"), Contains("x is unknown") && Contains("x occurs"));
}

TEST_CASE("a value of the wrong type is shown, with what to write") {
  CHECK(problems_of(R"({"workers": "4"})") ==
        "workers is \"4\". Write a whole number from 0 to 64\n");
  CHECK_THAT(problems_of(R"({"workers": 4.5})"), Contains("is 4.5"));
  CHECK_THAT(problems_of(R"({"workers": null})"), Contains("is null"));
  CHECK_THAT(problems_of(R"({"allow_non_loopback": "true"})"), Contains("without quotes"));
  CHECK_THAT(problems_of(R"({"allow_non_loopback": 1})"), Contains("true or false"));
  CHECK_THAT(problems_of(R"({"listeners": "127.0.0.1:80"})"), Contains("in brackets"));
  CHECK_THAT(problems_of(R"({"listeners": [80]})"), Contains("listeners[0] is 80"));
  CHECK_THAT(problems_of(R"({"allowed_uids": ["root"]})"), Contains("allowed_uids[0] is \"root\""));
  CHECK_THAT(problems_of(R"({"users": {}})"), Contains("users is an object. Write a list"));
  CHECK_THAT(problems_of(R"({"users": [1]})"), Contains("users[0] is 1. Write an object"));
  CHECK_THAT(problems_of(R"({"tokens": []})"), Contains("tokens is a list. Write an object"));
  CHECK_THAT(problems_of(R"({"tokens": {"resources": [1]}})"),
             Contains("tokens.resources[0] is 1"));
  CHECK_THAT(problems_of(R"({"upstream": false})"), Contains("upstream is false"));
  CHECK_THAT(problems_of(R"({"metrics": null})"), Contains("metrics is null"));
}

TEST_CASE("a number or duration out of its range is refused with the range") {
  CHECK_THAT(problems_of(R"({"workers": 65})"), Contains("from 0 to 64"));
  CHECK_THAT(problems_of(R"({"workers": -1})"), Contains("is -1"));
  CHECK_THAT(problems_of(R"({"workers": 18446744073709551615})"), Contains("from 0 to 64"));
  CHECK_THAT(problems_of(R"({"workers": 1e400})"), Contains("the file is not valid JSON"));
  CHECK_THAT(problems_of(R"({"max_connections": 0})"), Contains("from 1 to 1000000"));
  CHECK_THAT(problems_of(R"({"allowed_uids": [4294967295]})"), Contains("to 4294967294"));
  for (const auto* text : {"5", "\"5\"", "\"5 s\"", "\"-5s\"", "\"99ms\"", "\"61min\"",
                           "\"1.0005s\"", "\"1e3s\"", "\"\"", "\"200years\""}) {
    INFO(text);
    CHECK_THAT(problems_of(std::string{"{\"header_timeout\": "} + text + "}"),
               Contains("header_timeout is ") && Contains("from 100ms to 1h"));
  }
}

TEST_CASE("texts without meaning are refused") {
  CHECK_THAT(problems_of(R"({"upstream": "imsd"})"),
             Contains("neither a URL nor a host") && Contains("imds") && Contains("app-service"));
  CHECK_THAT(problems_of(R"({"upstream": "http://h/?q"})"), Contains("upstream is wrong"));
  CHECK_THAT(problems_of(R"({"upstream": "ftp://h"})"), Contains("upstream is wrong"));
  CHECK_THAT(problems_of(R"({"tokens": {"identities": ["sytem-assigned"]}})"),
             Contains("tokens.identities[0]") && Contains("\"system-assigned\""));
  CHECK_THAT(problems_of(R"({"tokens": {"resources": ["a b"]}})"), Contains("white space"));
  CHECK_THAT(problems_of(R"({"access_log": "log.json"})"), Contains("absolute path"));
  CHECK_THAT(problems_of(R"({"admin_path": ""})"), Contains("absolute path"));
  CHECK_THAT(problems_of(R"({"users": [{"tokens": {}}]})"), Contains("users[0] has no uid"));
}

TEST_CASE("all problems are reported, but not without end") {
  CHECK(problems_of(R"({"workers": 99, "users": [{"uid": -1}, {"uid": 1, "x": 2}], "y": 3})") ==
        "y is unknown. Remove it; docs/proxy_configuration.md lists the members\n"
        "workers is 99. Write a whole number from 0 to 64\n"
        "users[0].uid is -1. Write a whole number from 0 to 4294967294\n"
        "users[1].x is unknown. Remove it; docs/proxy_configuration.md lists the members\n");
  std::string list = "{\"allowed_uids\": [-1";
  for (int i = 0; i < 9'000; ++i) {
    list += ",-1";
  }
  const auto many = read_configuration(list + "]}");
  REQUIRE_FALSE(many);
  CHECK(many.error().size() == 50);
  for (int i = 0; i < 9'000; ++i) {
    list += ",-1";
  }
  CHECK_THAT(problems_of(list + "]}"), Contains("has 18001 elements"));
}

TEST_CASE("no problem shows the identity header") {
  for (const auto* value : {"\"short-secret\"", "\"secret with spaces in it\"", "12345678901234567",
                            "[\"secret\"]", "\"secret-\\u00e9-0123456789\""}) {
    const auto text = problems_of(std::string{"{\"identity_header\": "} + value + "}");
    INFO(text);
    CHECK_THAT(text, Contains("identity_header ") && !Contains("secret-") && !Contains("secret ") &&
                         !Contains("1234567"));
  }
}

TEST_CASE("an error of all problems names the first and counts the rest") {
  const auto result =
      read_configuration(std::string_view{R"({"workers": 99, "tokens": 1, "upstream": 1})"});
  REQUIRE_FALSE(result);
  const auto failure = error_of(result.error());
  CHECK(failure.code == midas::errc::invalid_configuration);
  CHECK(failure.message == "the configuration of the proxy: workers is 99; and 2 more problems");
  CHECK(failure.advice == "Write a whole number from 0 to 64");
}
