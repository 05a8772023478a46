#include "proxy/configuration/configuration_check.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string problems_of(const proxy_configuration& configuration) {
  std::string all;
  for (const auto& each : check(configuration)) {
    all += to_string(each) + "\n";
  }
  return all.empty() ? "none" : all;
}

proxy_configuration listening() {
  proxy_configuration result;
  result.listeners = {{.address = "127.0.0.1", .port = 8080}};
  return result;
}

}  // namespace

TEST_CASE("the defaults are a configuration without problems") {
  CHECK(problems_of({}) == "none");
  CHECK(problems_of(listening()) == "none");
}

TEST_CASE("a listener that other machines may reach must be allowed") {
  auto open = listening();
  open.listeners.push_back({.address = "0.0.0.0", .port = 80});
  open.metrics = listen_address{.address = "::", .port = 9464};
  CHECK_THAT(problems_of(open), Contains("listeners[1] is 0.0.0.0:80, which other machines") &&
                                    Contains("metrics is [::]:9464") &&
                                    Contains("allow_non_loopback"));
  open.allow_non_loopback = true;
  CHECK(problems_of(open) == "none");
}

TEST_CASE("nothing may be bound twice") {
  auto twice = listening();
  twice.listeners.push_back(twice.listeners.front());
  CHECK_THAT(problems_of(twice),
             Contains("listeners[1] is 127.0.0.1:8080, which listeners[0] has"));
  auto metrics = listening();
  metrics.metrics = metrics.listeners.front();
  CHECK_THAT(problems_of(metrics), Contains("metrics is 127.0.0.1:8080, which listeners[0] has"));
  auto paths = listening();
  paths.listeners.push_back({.path = "/run/m.sock"});
  paths.admin_path = "/run/m.sock";
  paths.access_log = "/run/m.sock";
  CHECK_THAT(problems_of(paths),
             Contains("admin_path is unix:/run/m.sock, which listeners[1] has") &&
                 Contains("access_log is unix:/run/m.sock"));
  auto free = listening();
  free.listeners = {{.address = "127.0.0.1", .port = 0}, {.address = "127.0.0.1", .port = 0}};
  CHECK(problems_of(free) == "none");
}

TEST_CASE("an address from the command line is checked like one of the file") {
  auto wrong = listening();
  wrong.listeners = {
      {.address = "localhost", .port = 80}, {.path = "/" + std::string(107, 'x')}, {}};
  CHECK_THAT(problems_of(wrong), Contains("listeners[0] is wrong") &&
                                     Contains("listeners[1] is wrong") && Contains("108 bytes") &&
                                     Contains("listeners[2] is wrong"));
}

TEST_CASE("the proxy must not be its own upstream") {
  for (const auto* upstream : {"http://127.0.0.1:8080", "http://localhost:8080/"}) {
    auto loop = listening();
    loop.upstream = upstream;
    CHECK_THAT(problems_of(loop), Contains("upstream is the proxy itself, at listeners[0]"));
  }
  auto other = listening();
  other.upstream = "http://127.0.0.1:8081";
  CHECK(problems_of(other) == "none");
  auto plain = listening();
  plain.listeners = {{.address = "::1", .port = 80}};
  plain.upstream = "http://[::1]";
  CHECK_THAT(problems_of(plain), Contains("the proxy itself"));
}

TEST_CASE("rules of a user who may not connect, or of one user twice, are contradictions") {
  auto rules = listening();
  rules.allowed_uids = {1000};
  rules.users = {{.uid = 1000}, {.uid = 1001}, {.uid = 1000}};
  CHECK_THAT(problems_of(rules),
             Contains("users[1].uid is 1001, a user that may not connect. Add the user") &&
                 Contains("users[2].uid is 1000, which users[0] has already"));
  rules.allowed_uids.reset();
  CHECK_THAT(problems_of(rules), !Contains("may not connect"));
}

TEST_CASE("an asterisk next to other elements is a contradiction") {
  auto rules = listening();
  rules.tokens.resources = {{"https://vault.azure.net", "*"}};
  rules.users = {{.uid = 1, .tokens = {.identities = {{"*", "system-assigned"}}}}};
  CHECK_THAT(problems_of(rules), Contains("tokens.resources has \"*\" and other elements") &&
                                     Contains("users[0].tokens.identities has \"*\""));
}

TEST_CASE("values out of range are refused, wherever they come from") {
  auto wrong = listening();
  wrong.workers = 65;
  wrong.max_header_bytes = 10;
  wrong.header_timeout = -1ms;
  wrong.idle_timeout = 25h;
  wrong.allowed_uids = {4'294'967'295U};
  wrong.upstream = "nowhere";
  wrong.access_log = "x";
  wrong.identity_header = secret{std::string_view{"tooshort"}};
  wrong.tokens.resources = {{""}};
  const auto text = problems_of(wrong);
  CHECK_THAT(text, Contains("workers is 65. Write a number from 0 to 64"));
  CHECK_THAT(text, Contains("max_header_bytes is 10"));
  CHECK_THAT(text, Contains("header_timeout is -1ms. Write a duration from 100ms to 1h"));
  CHECK_THAT(text, Contains("idle_timeout is 25h. Write a duration from 1s to 1d"));
  CHECK_THAT(text, Contains("allowed_uids[0] is 4294967295"));
  CHECK_THAT(text, Contains("upstream is wrong") && Contains("access_log is wrong"));
  CHECK_THAT(text, Contains("identity_header has 8 characters") && !Contains("tooshort"));
  CHECK_THAT(text, Contains("tokens.resources[0] is wrong"));
}
