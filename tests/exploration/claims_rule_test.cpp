// The rule for claims that are repeated, on made-up sequences; see actor_rules_test.cpp.
#include "tests/exploration/actor_rules.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::exploration;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

const request_unit unit{"a", "c"};

names broken(const actor_rules& rules) {
  names result;
  for (const auto& each : rules.violations()) {
    result.push_back(each.rule);
  }
  return result;
}

void ask_and_send(actor_rules& rules) {
  rules.asked({unit, caller_kind::callback, false, 1s});
  rules.exchange_started(unit);
}

}  // namespace

TEST_CASE("an exchange for claims within a minute after a caller got a token is a violation") {
  const auto pause = GENERATE(59'999ms, 60'000ms);
  actor_rules rules{{2, 3}};
  ask_and_send(rules);
  rules.exchange_ended(0, exchange_end::token);
  rules.answered(0, {.token = "token-0"});
  rules.time_passed(pause);
  ask_and_send(rules);
  CHECK(broken(rules) == (pause < 60s ? names{"the same claims once a minute"} : names{}));
}

TEST_CASE("claims that no caller got a token for may be sent again") {
  actor_rules rules{{2, 3}};
  ask_and_send(rules);
  rules.exchange_ended(0, exchange_end::token);
  rules.cancelled(0);
  rules.time_passed(1s);
  ask_and_send(rules);
  CHECK(broken(rules).empty());
}

TEST_CASE("claims stay answered when an actor dies, if a caller got its token before") {
  const bool answered = GENERATE(true, false);
  actor_rules rules{{2, 3}};
  ask_and_send(rules);
  rules.exchange_ended(0, exchange_end::token);
  if (answered) {
    rules.answered(0, {.token = "token-0"});
  }
  rules.actor_died();
  rules.time_passed(1s);
  ask_and_send(rules);
  CHECK(broken(rules) == (answered ? names{"the same claims once a minute"} : names{}));
}

TEST_CASE("claims are refused only after the host has granted a token for them") {
  const bool granted = GENERATE(true, false);
  actor_rules rules{{2, 3}};
  ask_and_send(rules);
  rules.exchange_ended(0, granted ? exchange_end::token : exchange_end::failure);
  rules.answered(0, {.code = errc::claims_not_supported});
  CHECK(broken(rules) == (granted ? names{} : names{"the same claims once a minute"}));
}
