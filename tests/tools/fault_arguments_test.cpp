#include "tools/simulate/fault_arguments.hpp"

#include "simulator/faults/fault_schedule.hpp"
#include "tests/support/catch.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/identity_host.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::tools;
using namespace std::chrono_literals;

namespace {

std::vector<simulator::fault_rule> rules_of(const common_faults& faults,
                                            std::string_view rules = {}) {
  return simulator::parse_fault_rules(with_common_faults(rules, faults));
}

}  // namespace

TEST_CASE("a rate is a whole number per second") {
  CHECK(read_rate("20/s") == 20);
  CHECK(read_rate("20") == 20);
  CHECK(read_rate("0/s") == 0);
  CHECK(read_rate("1000000/s") == 1'000'000);
  for (const auto* text : {"", "/s", "20/m", "20/s ", "-1/s", "1.5/s", "1000001/s", "s"}) {
    CAPTURE(text);
    CHECK_FALSE(read_rate(text));
  }
}

TEST_CASE("no faults make no rules") { CHECK(rules_of({}).empty()); }

TEST_CASE("an error makes a rule with its probability and Retry-After") {
  const auto rules = rules_of({.error = 503, .error_rate = 0.1, .retry_after = 2500ms});
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].action.status == 503);
  CHECK(rules[0].match.probability == 0.1);
  CHECK(rules[0].action.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Retry-After", "3"}});
  CHECK(rules_of({.error = 500})[0].match.probability == 1);
  CHECK(rules_of({.error = 500})[0].action.headers.empty());
}

TEST_CASE("unavailable and gone periods are time windows from the start") {
  const auto rules = rules_of({.unavailable_for = 1500ms, .gone_for = 70s, .retry_after = 1s});
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].action.status == 503);
  CHECK(rules[0].match.window.from == 0s);
  CHECK(rules[0].match.window.to == 1500ms);
  CHECK(rules[0].action.headers.size() == 1);
  CHECK(rules[1].action.status == 410);
  CHECK(rules[1].match.window.to == 70s);
  CHECK(rules[1].action.headers.size() == 1);
}

TEST_CASE("resets are random and happen before a response") {
  const auto rules = rules_of({.reset_rate = 0.05});
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].match.probability == 0.05);
  CHECK(rules[0].action.wire.kind == simulator::wire_fault_kind::reset_before);
}

TEST_CASE("the rules of a file precede those of the options, unchanged") {
  const auto rules = rules_of(
      {.error = 503, .unavailable_for = 1s, .reset_rate = 0.5},
      R"({"rules":[{"match":{"nth":3},"action":{"hang":true}},{"action":{"status":404}}]})");
  REQUIRE(rules.size() == 5);
  CHECK(rules[0].match.nth.from == 3);
  CHECK(rules[0].action.wire.kind == simulator::wire_fault_kind::hang);
  CHECK(rules[1].action.status == 404);
  CHECK(rules[2].action.status == 503);
  CHECK(rules[3].action.name == "reset");
  CHECK(rules[4].action.status == 503);
}

TEST_CASE("the option name of each host is read back as that host") {
  for (const auto host : identity_hosts()) {
    CHECK(read_identity_host(option_name(host)) == host);
  }
}
