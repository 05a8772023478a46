// Each scenario, and that a midas client survives it.
#include "simulator/faults/scenarios.hpp"

#include "simulator/faults/fault_rules.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/scenario_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vault.hpp"
#include <midas/simulated_host.hpp>

#include <fstream>
#include <iterator>
#include <set>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

bool has_token(const std::shared_ptr<answers>& received) {
  return received->size() == 1 && received->front().has_value();
}

/// Passes time until the caller has an answer, and returns when that was.
std::chrono::seconds answered_at(scenario_run& run, const std::shared_ptr<answers>& received) {
  while (received->empty() && run.elapsed() < 1h) {
    run.advance(1s);
  }
  REQUIRE(received->size() == 1);
  return run.elapsed();
}

}  // namespace

TEST_CASE("every scenario has a name of its own, a source and rules, and a row on the page") {
  std::ifstream file{MIDAS_SIMULATOR_PAGE};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  std::set<std::string_view> names;
  for (const auto& each : simulated_scenarios()) {
    CAPTURE(each.name);
    CHECK(names.insert(each.name).second);
    CHECK(each.source.starts_with("https://"));
    CHECK_FALSE(each.summary.empty());
    CHECK_FALSE(simulator::parse_fault_rules(each.rules).empty());
    CHECK_THAT(page, Contains("| `" + std::string(each.name) + "` |"));
  }
  CHECK(names.size() == 5);
}

TEST_CASE("the rules of a scenario follow those of the file") {
  const std::string file = R"({"rules":[{"match":{"nth":1},"action":{"status":404}}]})";
  const auto rules = simulator::parse_fault_rules(simulator::with_scenario(file, "imds-update"));
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].action.status == 404);
  CHECK(rules[1].action.status == 410);
  CHECK(simulator::with_scenario(file, "") == file);
  CHECK(simulator::with_scenario("", "").empty());
}

TEST_CASE("a scenario that does not exist is refused with the names of those that do") {
  simulated_host_options options;
  options.scenario = "reboot";
  CHECK_THAT(refusal_of(options), Contains("'reboot'") && Contains("imds-update, boot, "));
  CHECK_THROWS_AS(simulator::with_scenario("{", "boot"), std::invalid_argument);
}

TEST_CASE("a host plays its scenario over HTTP") {
  simulated_host_options options;
  options.scenario = "throttled";
  simulated_host imds(options);
  raw_client client(imds.port());
  const auto answer = client.get(token_target);
  CHECK(answer->status == 429);
  CHECK(answer->fields.at("retry-after") == "5");
  imds.set_fault_rules({});
  CHECK(client.get(token_target)->status == 200);
}

TEST_CASE("callers of a client with a cached token notice no scenario") {
  for (const auto& scenario : simulated_scenarios()) {
    CAPTURE(scenario.name);
    // Refreshed after 12 minutes, and handed out for 15.
    scenario_run run("", 20min);
    REQUIRE(has_token(run.ask(vault_url, 1s)));
    run.advance(700s);
    run.start(scenario.name);
    const auto before = run.arrivals().size();
    for (int i = 0; i < 190; ++i) {
      run.advance(1s);
      REQUIRE(has_token(run.ask(vault_url, 1s)));
    }
    // The refresh met the scenario, or it would show nothing.
    CHECK(run.arrivals().size() > before);
  }
}

TEST_CASE("a caller that waits long enough gets a token right after an update of IMDS") {
  scenario_run run("imds-update");
  const auto received = run.ask(vault_url, 120s);
  const auto when = answered_at(run, received);
  CHECK(has_token(received));
  CHECK(when >= 70s);
  CHECK(when <= 80s);
  for (std::size_t i = 1; i < run.arrivals().size(); ++i) {
    CHECK(run.arrivals()[i].at - run.arrivals()[i - 1].at >= 10s);
  }
  CHECK(run.arrivals().front().status == 410);
}

TEST_CASE("a caller in a fresh container gets a token soon after the endpoint works") {
  scenario_run run("boot");
  const auto received = run.ask(vault_url, 60s);
  const auto when = answered_at(run, received);
  CHECK(has_token(received));
  CHECK(when >= 25s);
  CHECK(when <= 35s);
  std::set<int> statuses;
  for (const auto& each : run.arrivals()) {
    statuses.insert(each.status);
  }
  CHECK(statuses == std::set<int>{0, 500, 200});
}

TEST_CASE("a throttled client pauses for Retry-After, and all its callers get tokens") {
  scenario_run run("throttled");
  std::vector<std::shared_ptr<answers>> callers;
  for (int i = 0; i < 20; ++i) {
    callers.push_back(run.ask(vault_url + "/" + std::to_string(i), 60s));
  }
  for (const auto& each : callers) {
    CHECK(answered_at(run, each) <= 60s);
    CHECK(has_token(each));
  }
  for (std::size_t i = 0; i < run.arrivals().size(); ++i) {
    // Requests in flight together may be refused together.
    const auto pause = run.arrivals()[i].at < 10s ? 5s : 1s;
    for (std::size_t j = i + 1; run.arrivals()[i].status == 429 && j < run.arrivals().size(); ++j) {
      const auto apart = run.arrivals()[j].at - run.arrivals()[i].at;
      CHECK((apart == 0s || apart >= pause));
    }
  }
  CHECK(run.arrivals().front().status == 429);
}

TEST_CASE("no caller that waits half a minute fails at a flapping host") {
  scenario_run run("flapping");
  std::vector<std::shared_ptr<answers>> callers;
  for (int i = 0; i < 120; ++i) {
    callers.push_back(run.ask(vault_url + "/" + std::to_string(i), 30s));
    run.advance(1s);
  }
  run.advance(30s);
  std::set<int> statuses;
  for (const auto& each : run.arrivals()) {
    statuses.insert(each.status);
  }
  CHECK(statuses == std::set<int>{0, 503, 200});
  for (const auto& each : callers) {
    CHECK(has_token(each));
  }
}

TEST_CASE("a client behind a filter fails at once, says why, and recovers") {
  scenario_run run("filter");
  const auto page = run.ask(vault_url, 20s);
  REQUIRE(page->size() == 1);
  CHECK(page->front().error().code == errc::invalid_response);
  CHECK_THAT(page->front().error().message, Contains("page"));
  run.advance(20s);
  const auto xml = run.ask(vault_url, 20s);
  REQUIRE(xml->size() == 1);
  CHECK(xml->front().error().http_status == 400);
  CHECK(run.arrivals().size() == 2);
  run.advance(11s);
  const auto late = run.ask(vault_url, 20s);
  CHECK(answered_at(run, late) <= 36s);
  CHECK(has_token(late));
}
