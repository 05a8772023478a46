#include "simulator/faults/scenarios.hpp"

#include "simulator/faults/fault_rules.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace midas {

namespace {

constexpr std::string_view imds_update = R"({"rules": [
  {"match": {"window": {"to": "70s"}}, "action": {"status": 410}}
]})";

constexpr std::string_view boot = R"({"rules": [
  {"match": {"window": {"to": "12s"}}, "action": {"reset": "before"}},
  {"match": {"window": {"from": "12s", "to": "25s"}},
   "action": {"status": 500, "content_type": "text/plain; charset=utf-8",
              "body": "no pods are known yet\n"}}
]})";

constexpr std::string_view throttled = R"({"rules": [
  {"match": {"window": {"to": "10s"}},
   "action": {"status": 429, "headers": {"Retry-After": "5"}}},
  {"match": {"window": {"from": "10s", "to": "60s"}, "nth": {"every": 3}},
   "action": {"status": 429}}
]})";

constexpr std::string_view flapping = R"({"rules": [
  {"match": {"window": {"from": "10s", "to": "20s", "every": "20s"}, "nth": {"every": 4}},
   "action": {"hang": true}},
  {"match": {"window": {"from": "10s", "to": "20s", "every": "20s"}, "nth": {"every": 3}},
   "action": {"reset": "before"}},
  {"match": {"window": {"from": "10s", "to": "20s", "every": "20s"}},
   "action": {"status": 503}}
]})";

constexpr std::string_view filter = R"({"rules": [
  {"match": {"window": {"to": "15s"}},
   "action": {"status": 200, "content_type": "text/html",
              "body": "<html><body><p>Sign in to the network</p></body></html>"}},
  {"match": {"window": {"from": "15s", "to": "30s"}},
   "action": {"status": 400, "content_type": "text/xml",
              "body": "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Error><Code>InvalidHeaderValue</Code></Error>"}}
]})";

constexpr std::array<simulated_scenario, 5> scenarios{{
    {"imds-update", "IMDS is updated: 410 for 70 s",
     "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/"
     "how-to-use-vm-token#error-handling",
     imds_update},
    {"boot", "a fresh container: no answer for 12 s, then 500 until 25 s",
     "https://github.com/microsoft/azure-container-apps/issues/568 "
     "https://github.com/Azure/aad-pod-identity/issues/992 "
     "https://github.com/Azure/azure-sdk-for-net/issues/19241",
     boot},
    {"throttled", "429 for 10 s, then for every third request until 60 s",
     "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/"
     "how-to-use-vm-token#retry-guidance",
     throttled},
    {"flapping", "by turns well for 10 s, and 503, lost connections and hangs",
     "https://github.com/Azure/azure-sdk-for-net/issues/23713 "
     "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/"
     "how-to-use-vm-token#retry-guidance",
     flapping},
    {"filter", "something else answers: a page for 15 s, then XML until 30 s",
     "https://github.com/Azure/azure-sdk-for-python/issues/35938 "
     "https://github.com/terricain/certbot-dns-azure/issues/54",
     filter},
}};

}  // namespace

std::span<const simulated_scenario> simulated_scenarios() noexcept { return scenarios; }

}  // namespace midas

namespace midas::internal::simulator {
namespace {

const simulated_scenario& scenario_named(std::string_view name) {
  const auto all = simulated_scenarios();
  const auto found = std::ranges::find(all, name, &simulated_scenario::name);
  if (found != all.end()) {
    return *found;
  }
  std::string known;
  for (const auto& each : all) {
    known.append(known.empty() ? "" : ", ").append(each.name);
  }
  throw std::invalid_argument("there is no scenario '" + std::string(name) + "'; use one of " +
                              known);
}

}  // namespace

std::string joined_rules(std::string_view first, std::string_view second) {
  (void)parse_fault_rules(first);
  (void)parse_fault_rules(second);
  const auto text_of = [](std::string_view rules) {
    return rules.empty() ? no_fault_rules : rules;
  };
  rapidjson::Document all;
  all.Parse<rapidjson::kParseIterativeFlag>(text_of(first).data(), text_of(first).size());
  rapidjson::Document more(&all.GetAllocator());
  more.Parse<rapidjson::kParseIterativeFlag>(text_of(second).data(), text_of(second).size());
  for (auto& rule : more["rules"].GetArray()) {
    all["rules"].PushBack(rule, all.GetAllocator());
  }
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> json(out);
  all.Accept(json);
  return {out.GetString(), out.GetSize()};
}

std::string with_scenario(std::string_view rules, std::string_view scenario) {
  return scenario.empty() ? std::string(rules)
                          : joined_rules(rules, scenario_named(scenario).rules);
}

}  // namespace midas::internal::simulator
