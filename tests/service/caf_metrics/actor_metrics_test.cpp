// What CAF's own metrics show of midas in a system of the application. Compiled for versions of CAF
// that have metrics.
#include "tests/service/scripted_service.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/telemetry/collector/prometheus.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal::test;

namespace {

// The lines that Prometheus would read, without comments.
std::vector<std::string> scrape(caf::actor_system& system) {
  caf::telemetry::collector::prometheus collector;
  std::istringstream text{std::string{collector.collect_from(system.metrics())}};
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with('#')) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::set<std::string> measured_actors(const std::vector<std::string>& lines) {
  constexpr std::string_view label = "{name=\"";
  std::set<std::string> names;
  for (const auto& line : lines) {
    if (const auto at = line.find(label); at != std::string::npos) {
      const auto begin = at + label.size();
      names.insert(line.substr(begin, line.find('"', begin) - begin));
    }
  }
  return names;
}

// The value of that series; -1 if there is none.
double value_of(const std::vector<std::string>& lines, const std::string& series) {
  const auto line = std::ranges::find_if(
      lines, [&series](const std::string& each) { return each.starts_with(series + " "); });
  return line == lines.end() ? -1 : std::stod(line->substr(series.size() + 1));
}

// Gauges fall shortly after an actor has ended.
double eventual_value_of(caf::actor_system& system, const std::string& series, double expected) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto value = value_of(scrape(system), series);
  while (value != expected && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
    value = value_of(scrape(system), series);
  }
  return value;
}

struct measured_config : application_config {
  explicit measured_config(std::vector<std::string> names) {
    set("caf.metrics-filters.actors.includes", std::move(names));
  }
};

void get_one_token(caf::actor_system& system) {
  const simulated_host imds;
  token_service tokens{system, options_for(imds.endpoint())};
  REQUIRE(tokens.get(vault, patience));
}

}  // namespace

TEST_CASE("CAF measures each kind of midas's actors under its name") {
  measured_config config{{"midas.*"}};
  caf::actor_system system{config};
  get_one_token(system);
  const auto lines = scrape(system);
  CHECK(measured_actors(lines) ==
        std::set<std::string>{"midas.acquisition", "midas.cache", "midas.http"});
  for (const auto& name : measured_actors(lines)) {
    INFO(name);
    const auto label = "{name=\"" + name + "\"}";
    CHECK(value_of(lines, "caf_actor_processing_time_seconds_count" + label) >= 1);
    CHECK(value_of(lines, "caf_actor_mailbox_time_seconds_count" + label) >= 1);
    CHECK(eventual_value_of(system, "caf_actor_mailbox_size" + label, 0) == 0);
  }
}

TEST_CASE("an application selects the actors that CAF measures") {
  measured_config config{{"midas.cache"}};
  caf::actor_system system{config};
  get_one_token(system);
  CHECK(measured_actors(scrape(system)) == std::set<std::string>{"midas.cache"});
}

TEST_CASE("CAF counts no running actor of a service that was destroyed") {
  application_config config;
  caf::actor_system system{config};
  const auto before = value_of(scrape(system), "caf_system_running_actors");
  REQUIRE(before >= 0);
  get_one_token(system);
  CHECK(eventual_value_of(system, "caf_system_running_actors", before) == before);
  const auto lines = scrape(system);
  CHECK(value_of(lines, "caf_system_processed_messages_total") >= 3);
  CHECK(measured_actors(lines).empty());
}
