// The rules for rude callers: falsified histories have the expected violation.
#include "simulator/faults/fault_rules.hpp"
#include "tests/chaos/correct_history.hpp"
#include "tests/chaos/rude_callers.hpp"
#include "tests/chaos/rude_plan.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>

using namespace midas;
using namespace midas::internal::chaos;
using Catch::Matchers::Contains;

namespace {

void require_no_rude_violation(const std::function<void(history&)>& change,
                               const history_bounds& bounds = {}) {
  auto observed = correct_history();
  change(observed);
  const auto found = check_rude(observed, bounds);
  CHECK(found.empty());
}

std::string only_rude_violation(std::string_view rule, const std::function<void(history&)>& falsify,
                                const history_bounds& bounds = {}) {
  auto observed = correct_history();
  falsify(observed);
  const auto found = check_rude(observed, bounds);
  REQUIRE(found.size() == 1);
  CHECK(found.front().rule == rule);
  return found.front().text;
}

// In the correct history the host hangs, and then answers 429: one exchange follows too early.
history paced_history() {
  auto result = correct_history();
  result.exchanges[3] = exchange(storage, ms(2'200), ms(2'201), 200);
  return result;
}

}  // namespace

TEST_CASE("an exchange that follows a failure for its key too early is a violation") {
  auto observed = paced_history();
  CHECK(check_rude(observed, {}).empty());
  observed.exchanges.push_back(exchange(storage, ms(2'109), ms(2'110)));
  const auto found = check_rude(observed, {});
  REQUIRE(found.size() == 1);
  CHECK(found.front().rule == "pace");
  CHECK_THAT(found.front().text, Contains("999.000 ms after a failure"));
  observed.exchanges.back().started = ms(2'110);
  CHECK(check_rude(observed, {}).empty());
}

TEST_CASE("an exchange that follows a timeout needs no pause after its end") {
  auto observed = paced_history();
  observed.exchanges.push_back(exchange(vault, ms(5'000), ms(6'500), 0));
  observed.exchanges.push_back(exchange(vault, ms(6'501), ms(6'502)));
  CHECK(check_rude(observed, {}).size() == 1);
  observed.exchanges[observed.exchanges.size() - 2].timed_out = true;
  CHECK(check_rude(observed, {}).empty());
}

TEST_CASE("a refusal and a success need no pause, and a key with claims has two paces") {
  auto observed = paced_history();
  observed.exchanges.push_back(exchange(vault, ms(5'000), ms(5'010), 400));
  observed.exchanges.push_back(exchange(vault, ms(5'011), ms(5'012), 503));
  CHECK(check_rude(observed, {}).empty());
  observed.exchanges.push_back(exchange(vault, ms(5'013), ms(5'014), 503));
  CHECK(check_rude(observed, {}).size() == 1);
  observed.keys_with_claims = {vault};
  CHECK(check_rude(observed, {}).empty());
}

TEST_CASE("many exchanges while everything fails are a violation, however many keys there are") {
  const auto failing = [](int count, int status) {
    history observed;
    for (int i = 0; i < count; ++i) {
      observed.exchanges.push_back(exchange({"system-assigned", "https://" + std::to_string(i)},
                                            ms(100 * i), ms(100 * i + 10), status));
    }
    return check_rude(observed, {});
  };
  CHECK(failing(40, 503).empty());
  CHECK(failing(49, 200).empty());
  const auto found = failing(49, 503);
  REQUIRE(found.size() == 1);
  CHECK(found.front().rule == "outage");
  CHECK_THAT(found.front().text, Contains("49 exchanges"));
}

TEST_CASE("a request that waits for its turn longer than its share is a violation") {
  const auto waiting = [](int from, int answered) {
    return [=](history& h) {
      h = paced_history();
      // Callers have received all tokens.
      for (const auto& each : h.exchanges) {
        h.requests.push_back(
            request(9, each.key, ms(0), ms(1), {token_at(ms(1), each.key, each.token_id)}));
      }
      h.requests.push_back(request(10, vault_by_client_id, ms(from), ms(from + 5'000),
                                   {error_at(ms(answered), errc::deadline_exceeded)}));
    };
  };
  // Within the longest pause after the failure at 1,110 ms.
  require_no_rude_violation(waiting(8'000, 13'000));
  CHECK_THAT(only_rude_violation("share", waiting(12'000, 17'000)),
             Contains("request 10 ") && Contains("2250.000 ms, while 1 began"));
  require_no_rude_violation([&](history& h) {
    waiting(12'000, 17'000)(h);
    h.exchanges.push_back(exchange(vault_by_client_id, ms(14'000), ms(16'900)));
  });
  // A token that no caller can use is a failure, too.
  require_no_rude_violation([&](history& h) {
    waiting(12'000, 17'000)(h);
    h.exchanges.push_back(exchange(vault, ms(8'000), ms(8'001), 200));
    h.exchanges.back().token_id = "expired";
  });
  require_no_rude_violation([&](history& h) {
    waiting(12'000, 17'000)(h);
    h.requests.back().deadline = ms(14'000);
  });
}

TEST_CASE("a callback that is called after the shutdown has returned is a violation") {
  const auto called = [](const char* caller, int at) {
    return [=](history& h) {
      h = paced_history();
      h.requests = {request(1, storage, ms(400), ms(900), {error_at(ms(at), errc::shutting_down)})};
      h.requests.front().caller = caller;
      h.shut_down = ms(500);
      h.shut_down_returned = ms(600);
    };
  };
  require_no_rude_violation(called("callback", 600));
  require_no_rude_violation(called("thread", 601));
  CHECK_THAT(only_rude_violation("shutdown", called("callback", 601)),
             Contains("request 1 ") && Contains("1.000 ms after the shutdown"));
}

TEST_CASE("an older token after a newer that a caller demanded is a violation") {
  const auto history_with = [](bool forced, int sent) {
    return [=](history& h) {
      h = history{};
      h.exchanges = {exchange(vault, ms(sent), ms(300)), exchange(vault, ms(150), ms(200))};
      h.exchanges[0].token_id = "old";
      h.exchanges[1].token_id = "new";
      h.keys_with_claims = {vault};
      h.requests = {request(1, vault, ms(140), ms(900), {token_at(ms(210), vault, "new")}),
                    request(2, vault, ms(400), ms(900), {token_at(ms(400), vault, "old")})};
      h.requests.front().has_claims = forced;
    };
  };
  CHECK_THAT(only_rude_violation("newest", history_with(true, 100)),
             Contains("request 2 ") && Contains("40.000 ms before"));
  // A request that demands a new token joins the exchange in flight.
  require_no_rude_violation([&](history& h) {
    history_with(true, 100)(h);
    h.requests.back().has_claims = true;
    h.exchanges[0].ended = ms(400);
  });
  CHECK_THAT(only_rude_violation("newest",
                                 [&](history& h) {
                                   history_with(true, 100)(h);
                                   h.requests.back().has_claims = true;
                                   h.exchanges[0].ended = ms(399);
                                 }),
             Contains("request 2 "));
  // Nobody demanded the newer token; or the other one was requested later.
  require_no_rude_violation(history_with(false, 100));
  require_no_rude_violation(history_with(true, 145));
}

TEST_CASE("more keys in memory than allowed are a violation") {
  const auto counted = [](std::size_t keys) {
    return [=](history& h) {
      h = paced_history();
      h.key_counts = {{ms(5'000), keys}};
    };
  };
  require_no_rude_violation(counted(16), {.max_keys = 16});
  CHECK_THAT(only_rude_violation("keys", counted(17), {.max_keys = 16}),
             Contains("17 keys") && Contains("at most 16"));
}

TEST_CASE(
    "a plan of rude callers depends only on its seed, and each condition of the host occurs") {
  CHECK(plan_rude(42, 1) == plan_rude(42, 1));
  CHECK_FALSE(plan_rude(42, 1) == plan_rude(43, 1));
  std::set<rude_plan::condition> found;
  for (std::uint64_t number = 0; number < conditions; ++number) {
    const auto plan = plan_rude(42, number);
    found.insert(plan.host_condition);
    CHECK((plan.fault_rules.empty() ||
           !midas::internal::simulator::parse_fault_rules(plan.fault_rules).empty()));
  }
  CHECK(found.size() == conditions);
}
