#include "simulator/faults/fault_schedule.hpp"

#include "simulator/faults/request_facts.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

const request_facts vault_facts{.resource = "https://vault.azure.net"};

fault_schedule schedule_of(const std::string& rules, std::uint64_t seed = 1,
                           identity_host host = identity_host::imds) {
  return {parse_fault_rules(R"({"rules":[)" + rules + "]}"), host, seed};
}

/// The status of the fault for the request; 0 without a fault, -1 for a fault without a status.
int status_of(fault_schedule& schedule, const request_facts& request = vault_facts,
              nanoseconds elapsed = 0s) {
  const auto decided = schedule.decide(request, elapsed);
  return decided ? decided->action.status.value_or(-1) : 0;
}

std::vector<int> statuses_of(fault_schedule& schedule, int count) {
  std::vector<int> result;
  for (int i = 0; i < count; ++i) {
    result.push_back(status_of(schedule));
  }
  return result;
}

request_facts facts_of_get(std::string_view query) {
  const auto target = std::string("/token?").append(query);
  return facts_of({"GET", target, {}, {}});
}

}  // namespace

TEST_CASE("the first rule that matches applies") {
  auto schedule =
      schedule_of(R"({"match":{"resource":"https://other"},"action":{"status":500}},)"
                  R"({"match":{"resource":"https://vault.azure.net"},"action":{"status":501}},)"
                  R"({"action":{"status":502}})");
  CHECK(status_of(schedule) == 501);
  CHECK(status_of(schedule, {.resource = "https://other"}) == 500);
  CHECK(status_of(schedule, {.resource = "https://vault.azure.net/"}) == 502);
}

TEST_CASE("a request that matches no rule has no fault") {
  auto none = schedule_of("");
  CHECK(none.empty());
  CHECK(status_of(none) == 0);
  auto other = schedule_of(R"({"match":{"resource":"x"},"action":{"status":500}})");
  CHECK_FALSE(other.empty());
  CHECK(status_of(other) == 0);
}

TEST_CASE("a rule for another host does not apply") {
  const std::string rule = R"({"match":{"host":"arc"},"action":{"status":500}})";
  auto imds = schedule_of(rule, 1, identity_host::imds);
  auto arc = schedule_of(rule, 1, identity_host::azure_arc);
  CHECK(status_of(imds) == 0);
  CHECK(status_of(arc) == 500);
}

TEST_CASE("an identity matches as named, and system matches requests that name none") {
  auto named = schedule_of(R"({"match":{"identity":"AbC"},"action":{"status":500}})");
  CHECK(status_of(named, {.resource = "x", .identity = "aBc"}) == 500);
  CHECK(status_of(named, {.resource = "x", .identity = "abd"}) == 0);
  CHECK(status_of(named) == 0);
  auto system = schedule_of(R"({"match":{"identity":"system"},"action":{"status":500}})");
  CHECK(status_of(system) == 500);
  CHECK(status_of(system, {.resource = "x", .identity = "system"}) == 0);
}

TEST_CASE("nth counts the requests that match the rest of its rule") {
  auto schedule = schedule_of(
      R"({"match":{"resource":"https://vault.azure.net","nth":[2,3]},"action":{"status":500}})");
  CHECK(status_of(schedule) == 0);
  CHECK(status_of(schedule, {.resource = "other"}) == 0);
  CHECK(status_of(schedule) == 500);
  CHECK(status_of(schedule, {.resource = "other"}) == 0);
  CHECK(status_of(schedule) == 500);
  CHECK(status_of(schedule) == 0);
}

TEST_CASE("rules after the one that applies do not count the request") {
  auto schedule = schedule_of(R"({"match":{"nth":[1,2]},"action":{"status":500}},)"
                              R"({"match":{"nth":{"every":2}},"action":{"status":501}})");
  CHECK(statuses_of(schedule, 6) == std::vector<int>{500, 500, 0, 501, 0, 501});
}

TEST_CASE("a window is relative to the time when the rules took effect") {
  auto schedule =
      schedule_of(R"({"match":{"window":{"from":"5s","to":"6s"}},"action":{"status":500}})");
  CHECK(status_of(schedule, vault_facts, 4999ms) == 0);
  CHECK(status_of(schedule, vault_facts, 5s) == 500);
  CHECK(status_of(schedule, vault_facts, 6s) == 0);
}

TEST_CASE("a probability is met, and repeats with the seed") {
  const std::string rule = R"({"match":{"probability":0.1},"action":{"status":500}})";
  const auto run = [&](std::uint64_t seed) {
    auto schedule = schedule_of(rule, seed);
    return statuses_of(schedule, 10'000);
  };
  const auto first = run(7);
  const auto hits = std::count(first.begin(), first.end(), 500);
  // Five standard deviations.
  CHECK(hits > 850);
  CHECK(hits < 1150);
  CHECK(run(7) == first);
  CHECK(run(8) != first);
  auto never = schedule_of(R"({"match":{"probability":0},"action":{"status":500}})");
  CHECK(statuses_of(never, 1000) == std::vector<int>(1000, 0));
  auto always = schedule_of(R"({"match":{"probability":1},"action":{"status":500}})");
  CHECK(statuses_of(always, 1000) == std::vector<int>(1000, 500));
}

TEST_CASE("nth counts the requests that matched the probability") {
  const auto matches = [](const std::string& more) {
    auto schedule =
        schedule_of(R"({"match":{"probability":0.5)" + more + R"(},"action":{"status":500}})");
    return statuses_of(schedule, 100);
  };
  auto expected = matches("");
  int count = 0;
  for (auto& status : expected) {
    if (status == 500 && ++count % 3 != 0) {
      status = 0;
    }
  }
  CHECK(matches(R"(,"nth":{"every":3})") == expected);
}

TEST_CASE("the random numbers of a rule do not depend on other rules") {
  const std::string rule =
      R"({"match":{"resource":"a","probability":0.5},"action":{"status":500}})";
  auto alone = schedule_of(rule);
  auto together = schedule_of(rule + R"(,{"match":{"probability":0.5},"action":{"status":501}})");
  for (int i = 0; i < 1000; ++i) {
    REQUIRE((status_of(alone, {.resource = "a"}) == 500) ==
            (status_of(together, {.resource = "a"}) == 500));
    (void)status_of(together, {.resource = "b"});
  }
}

TEST_CASE("each request draws its own latency, which repeats with the seed") {
  const auto run = [](std::uint64_t seed) {
    auto schedule = schedule_of(R"({"action":{"latency":{"min":"1ms","max":"9ms"}}})", seed);
    std::vector<nanoseconds> result;
    for (int i = 0; i < 100; ++i) {
      result.push_back(schedule.decide(vault_facts, 0s)->latency.value());
    }
    return result;
  };
  const auto first = run(3);
  CHECK(first[0] != first[1]);
  CHECK(run(3) == first);
  CHECK(run(4) != first);
  auto without = schedule_of(R"({"action":{"status":500}})");
  CHECK_FALSE(without.decide(vault_facts, 0s)->latency);
}

TEST_CASE("the facts of a request are its resource and its identity") {
  const auto plain = facts_of_get("api-version=1&resource=https%3A%2F%2Fvault.azure.net");
  CHECK(plain.resource == "https://vault.azure.net");
  CHECK(plain.identity.empty());
  for (const auto* name :
       {"client_id", "clientid", "object_id", "principal_id", "msi_res_id", "mi_res_id"}) {
    CAPTURE(name);
    CHECK(facts_of_get(std::string("resource=x&") + name + "=a%2Fb").identity == "a/b");
  }
  CHECK(facts_of_get("resource=%zz&client_id=x").identity.empty());
  CHECK(facts_of({"GET", "/token", {}, {}}).resource.empty());
}

TEST_CASE("the facts of a POST come from its form, and a scope gives the resource") {
  const auto form = facts_of({"POST", "/token?resource=no", {}, "resource=yes"});
  CHECK(form.resource == "yes");
  const auto scope = facts_of({"POST", "/", {}, "client_id=c&scope=https%3A%2F%2Fx%2F.default"});
  CHECK(scope.resource == "https://x");
  CHECK(scope.identity == "c");
  CHECK(facts_of({"POST", "/", {}, "scope=openid"}).resource.empty());
}

TEST_CASE("a window recurs, and reading it refuses one that never could") {
  const auto rules = [](const std::string& window) {
    return parse_fault_rules(R"({"rules":[{"match":{"window":)" + window +
                             R"(},"action":{"status":500}}]})");
  };
  const auto recurring = rules(R"({"from":"10s","to":"15s","every":"20s"})")[0].match.window;
  for (const auto round : {0s, 20s, 2'000'000s}) {
    CHECK_FALSE(recurring.holds(round + 10s - 1ns));
    CHECK(recurring.holds(round + 10s));
    CHECK(recurring.holds(round + 15s - 1ns));
    CHECK_FALSE(recurring.holds(round + 15s));
  }
  CHECK(rules(R"({"from":"10s","every":"20s"})")[0].match.window.holds(39s));
  CHECK_FALSE(rules(R"({"from":"10s","every":"20s"})")[0].match.window.holds(40s));
  for (const auto* wrong :
       {R"({"every":"0s"})", R"({"to":"21s","every":"20s"})", R"({"from":"20s","every":"20s"})",
        R"({"every":20})", R"({"from":"30s","every":"20s"})"}) {
    CHECK_THROWS_AS(rules(wrong), std::invalid_argument);
  }
}
