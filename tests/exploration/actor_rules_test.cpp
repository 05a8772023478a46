// Each rule notices a made-up sequence that violates it, and accepts one that does not.
#include "tests/exploration/actor_rules.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::exploration;
using namespace std::chrono_literals;

namespace {

const request_unit a{"a", ""};
const request_unit b{"b", ""};
const request_unit a_with_claims{"a", "c"};

struct made_up : actor_rules {
  explicit made_up(host_limits limits = {2, 3}) : actor_rules(limits) {}

  void ask(const request_unit& unit, milliseconds timeout = 1s,
           caller_kind kind = caller_kind::callback) {
    asked({unit, kind, false, timeout});
  }
  void quiet() { step_done(true); }
  void busy() { step_done(false); }
  void token(std::size_t caller, const char* text) { answered(caller, {.token = text}); }
  void error(std::size_t caller, errc code) { answered(caller, {.code = code}); }

  [[nodiscard]] std::vector<std::string> broken() const {
    std::vector<std::string> result;
    for (const auto& each : violations()) {
      result.push_back(each.rule);
    }
    return result;
  }
};

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a request that is answered once, with the token of its key, violates no rule") {
  made_up rules;
  rules.ask(a);
  rules.quiet();
  rules.exchange_started(a);
  rules.quiet();
  rules.exchange_ended(0, exchange_end::token);
  rules.published("a", 0, 1h);
  rules.token(0, "token-0");
  rules.quiet();
  rules.finished(0, 0, true);
  CHECK(rules.broken().empty());
}

TEST_CASE("two answers, and none, are violations") {
  made_up rules;
  rules.ask(a);
  rules.ask(a);
  rules.error(0, errc::throttled);
  rules.error(0, errc::throttled);
  rules.finished(0, 0, true);
  CHECK(rules.broken() == names{"one answer", "one answer"});
}

TEST_CASE("an answer may come after the deadline only while actors have messages to handle") {
  made_up rules;
  rules.ask(a);
  rules.quiet();
  rules.time_passed(1s);
  rules.busy();
  CHECK(rules.broken().empty());
  rules.quiet();
  CHECK(rules.broken() == names{"in time"});
}

TEST_CASE("a deadline that the actors count from the first quiet state is a violation of its own") {
  made_up rules;
  rules.ask(a);
  rules.time_passed(600ms);
  rules.quiet();
  rules.time_passed(400ms);
  rules.quiet();
  CHECK(rules.broken() == names{"deadlines count from the call"});
}

TEST_CASE("deadline_exceeded before the deadline is a violation unless it states a retry_after") {
  made_up rules;
  rules.ask(a);
  rules.ask(a);
  rules.time_passed(999ms);
  rules.answered(0, {.code = errc::deadline_exceeded, .retry_after = 1s});
  CHECK(rules.broken().empty());
  rules.answered(1, {.code = errc::deadline_exceeded});
  CHECK(rules.broken() == names{"no early deadline_exceeded"});
}

TEST_CASE("a transient failure before a retry that the deadline allows is a violation") {
  made_up rules;
  for (int i = 0; i < 4; ++i) {
    rules.ask(a);
  }
  rules.time_passed(400ms);
  rules.answered(0, {.code = errc::service_unavailable, .retry_after = 500ms});
  rules.answered(1, {.code = errc::service_unavailable});
  rules.answered(2, {.code = errc::request_rejected, .retry_after = 400ms});
  CHECK(rules.broken().empty());
  rules.answered(3, {.code = errc::service_unavailable, .retry_after = 499ms});
  CHECK(rules.broken() == names{"no failure while another attempt is possible"});
}

TEST_CASE("the token of another key is a violation") {
  made_up rules;
  rules.ask(a);
  rules.ask(b);
  rules.exchange_started(a);
  rules.exchange_started(b);
  rules.token(0, "token-1");
  CHECK(rules.broken() == names{"the token of the key"});
}

TEST_CASE("two exchanges of a unit are a violation; claims make another unit") {
  made_up rules;
  rules.ask(a);
  rules.ask(a_with_claims);
  rules.exchange_started(a);
  rules.exchange_started(a_with_claims);
  CHECK(rules.broken().empty());
  rules.exchange_ended(1, exchange_end::token);
  rules.exchange_started(a);
  CHECK(rules.broken() == names{"one exchange in flight"});
}

TEST_CASE("more exchanges than the limits allow are violations") {
  made_up rules;
  for (const auto* key : {"a", "b", "c"}) {
    rules.ask({key, ""});
    rules.exchange_started({key, ""});
  }
  CHECK(rules.broken() == names{"the host's limits"});
  made_up second;
  for (std::size_t i = 0; i < 4; ++i) {
    second.ask(a);
    second.exchange_started(a);
    second.exchange_ended(i, exchange_end::token);
    second.time_passed(i == 2 ? 799ms : 100ms);
  }
  CHECK(second.broken() == names{"the host's limits"});
}

TEST_CASE("an exchange without a waiter is a violation unless it is a refresh") {
  made_up rules;
  rules.ask(a);
  rules.quiet();
  rules.error(0, errc::throttled);
  rules.exchange_started(a);
  // The waiter was there in the last quiet state.
  CHECK(rules.broken().empty());
  rules.exchange_ended(0, exchange_end::token);
  rules.quiet();
  rules.acquisition_started("a", true);
  rules.exchange_started(a);
  rules.exchange_ended(1, exchange_end::token);
  rules.acquisition_ended("a");
  rules.time_passed(1s);
  rules.quiet();
  rules.exchange_started(a);
  rules.exchange_ended(2, exchange_end::token);
  CHECK(rules.broken().empty());
  rules.time_passed(1ms);
  rules.quiet();
  rules.exchange_started(a);
  CHECK(rules.broken() == names{"no attempt without a waiter"});
}

TEST_CASE(
    "an exchange is a violation while another unit waits for its turn with a nearer deadline") {
  made_up rules{{1, 10}};
  rules.ask(a, 10s);
  rules.quiet();
  rules.ask(b, 5s);
  rules.quiet();
  rules.exchange_started(a);
  CHECK(rules.broken() == names{"the nearest deadline first"});
  made_up second{{1, 10}};
  second.ask(a, 10s);
  second.quiet();
  second.ask(b, 5s);
  // The actors may not have read it.
  second.exchange_started(a);
  CHECK(second.broken().empty());
}

TEST_CASE("an attempt immediately after a failure is a violation") {
  made_up rules;
  rules.ask(a);
  rules.exchange_started(a);
  rules.exchange_ended(0, exchange_end::failure);
  rules.time_passed(499ms);
  rules.exchange_started(a);
  CHECK(rules.broken() == names{"a pause after a failure"});
}

TEST_CASE("an attempt soon after a refusal that was read is a violation") {
  made_up rules;
  rules.ask(a, 1min);
  rules.quiet();
  rules.exchange_started(a);
  rules.exchange_ended(0, exchange_end::refusal);
  rules.time_passed(4'999ms);
  rules.exchange_started(a);
  CHECK(rules.broken() == names{"a refusal is remembered"});
  made_up second;
  second.ask(a, 1min);
  second.ask(a, 1min);
  second.quiet();
  second.exchange_started(a);
  // The request may have been withdrawn for the other one.
  second.cancelled(0);
  second.exchange_ended(0, exchange_end::refusal);
  second.exchange_started(a);
  CHECK(second.broken().empty());
}

TEST_CASE("an exchange that continues for a second without a waiter is a violation") {
  made_up rules;
  rules.ask(a);
  rules.exchange_started(a);
  rules.error(0, errc::throttled);
  rules.time_passed(999ms);
  rules.quiet();
  CHECK(rules.broken().empty());
  rules.time_passed(1ms);
  rules.busy();
  CHECK(rules.broken().empty());
  rules.quiet();
  CHECK(rules.broken() == names{"an exchange without a waiter ends"});
}

TEST_CASE("a token that was requested before the published one must not replace it") {
  made_up rules;
  rules.ask(a);
  rules.exchange_started(a);
  rules.quiet();
  rules.ask(a_with_claims);
  rules.exchange_started(a_with_claims);
  rules.published("a", 1, 1h);
  rules.published("a", 0, 1h);
  CHECK(rules.broken() == names{"no older token after a newer"});
}

TEST_CASE("a usable token that vanishes is a violation, an expired one is not") {
  made_up rules;
  rules.ask(a);
  rules.exchange_started(a);
  rules.published("a", 0, 1h);
  rules.time_passed(1h);
  rules.published("a", {}, 0s);
  CHECK(rules.broken().empty());
  rules.published("a", 0, 1h);
  rules.time_passed(59min);
  rules.published("a", {}, 0s);
  // Nobody has asked for it for an hour.
  CHECK(rules.broken().empty());
  rules.published("a", 0, 1h);
  rules.ask(a);
  rules.time_passed(59min);
  rules.published("a", {}, 0s);
  CHECK(rules.broken() == names{"a usable token is kept"});
}

TEST_CASE("a caller that waits beside a usable token is a violation") {
  made_up rules;
  rules.ask(a);
  rules.exchange_started(a);
  rules.published("a", 0, 1h);
  rules.busy();
  CHECK(rules.broken().empty());
  rules.quiet();
  CHECK(rules.broken() == names{"no wait beside a usable token"});
}

TEST_CASE("a shutdown that returns before the callers are answered is a violation") {
  made_up rules;
  rules.ask(a);
  rules.shut_down();
  rules.gate_left();
  CHECK(rules.broken() == names{"nothing after the gate"});
  rules.error(0, errc::shutting_down);
  CHECK(rules.broken() == names{"nothing after the gate", "nothing after the gate"});
}

TEST_CASE("actors, exchanges and gates that are left at the end are violations") {
  made_up rules;
  rules.finished(1, 1, false);
  CHECK(rules.broken().size() == 3);
}
