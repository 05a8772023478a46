// What the cache actor keeps of its keys: acquisition actors, refreshes and claims.
#include "tests/support/catch.hpp"
#include "tests/support/few_keys.hpp"
#include "tests/support/virtual_actors.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("an acquisition actor that is found idle stays if its refresh begins meanwhile") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  // Only the cache actor runs: it asks the acquisition actor whether it is idle.
  actors.fire_timers_after(10s);
  REQUIRE(actors.scheduler().try_run_once());
  actors.suspend(12h);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("tokens that have left memory leave few of their refreshes behind") {
  few_keys actors{2};
  // Its refresh stays the first.
  actors.ask("kept");
  actors.grant(0, 24h);
  std::vector<std::weak_ptr<published_slot>> slots;
  for (std::size_t i = 1; i <= 300; ++i) {
    actors.advance(1s);
    const auto name = "r" + std::to_string(i);
    CHECK(is_token(*actors.ask("kept"), "token-0"));
    actors.ask(name.c_str());
    actors.grant(i, 24h);
    slots.push_back(actors.context->table->find_slot({{}, name}));
  }
  CHECK(std::ranges::count_if(slots, [](const auto& each) { return !each.expired(); }) < 100);
}

TEST_CASE("a token that was published behind the back of the cache actor is refreshed, too") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  // As by an acquisition of an earlier cache actor, which told that one of the refresh.
  token_grant grant;
  grant.token = secret{"late"};
  const auto now = actors.context->now();
  actors.context->table->publish({{}, "late"}, {grant, token_source::identity_provider},
                                 {.end = now + 24h, .refresh_at = now.boot + 6h}, now);
  actors.advance(5h);
  CHECK(actors.transport->started() == 1);
  actors.advance(1h);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url.ends_with("resource=late"));
}

TEST_CASE("a refresh that finds no room for its acquisition begins half a minute later") {
  few_keys actors{1};
  actors.ask("r");
  actors.grant(0, 24h);
  // Its acquisition actor leaves.
  for (int i = 0; i < 3; ++i) {
    actors.advance(11s);
  }
  actors.advance(12h - 34s);
  for (int i = 0; i < 8; ++i) {
    actors.ask(("another-" + std::to_string(i)).c_str());
  }
  const auto slot = actors.context->table->find_slot({{}, "r"});
  actors.advance(2s);
  CHECK(slot->refresh() == actors.context->now().boot + 30s);
}

TEST_CASE("claims whose token was not published are forgotten after a minute") {
  virtual_actors actors;
  const token_request request{.resource = "r", .claims = "{}"};
  actors.ask(request);
  actors.grant(0, 0s);
  REQUIRE(actors.context->table->size() == 0);
  CHECK(is_error(*actors.ask(request), errc::claims_not_supported));
  const auto pass = [&actors](int steps) {
    for (int i = 0; i < steps; ++i) {
      actors.advance(11s);
    }
  };
  // The acquisition actor has left by then; the claims have not.
  pass(4);
  CHECK(actors.has_timers());
  pass(8);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("between two searches for idle tokens the cache actor sleeps") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  for (int i = 0; i < 4; ++i) {
    actors.advance(11s);
  }
  actors.advance(1h);
  actors.fire_timers_after(30min);
  CHECK_FALSE(actors.scheduler().try_run_once());
}

TEST_CASE("acquisition actors leave at max_keys again once there were more that all had waiters") {
  few_keys actors{16};
  const auto before = actors.live_actors();
  const auto name = [](std::size_t i) { return "r" + std::to_string(i); };
  for (std::size_t i = 0; i < 40; ++i) {
    actors.ask(name(i).c_str());
  }
  for (std::size_t i = 0; i < 40; ++i) {
    actors.grant(i, 24h);
  }
  for (int i = 0; i < 3; ++i) {
    actors.advance(11s);
  }
  CHECK(actors.live_actors() == before);
  for (std::size_t i = 40; i < 80; ++i) {
    actors.ask(name(i).c_str());
    actors.grant(i, 24h);
    CHECK(actors.live_actors() <= before + 17);
  }
}

TEST_CASE("that an acquisition actor failed is forgotten after a while") {
  virtual_actors actors;
  actors.ask("r");
  actors.transport->respond(0, 200, "die");
  actors.run();
  const auto pass = [&actors](int steps) {
    for (int i = 0; i < steps; ++i) {
      actors.advance(10s);
    }
  };
  pass(5);
  CHECK(actors.has_timers());
  pass(3);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("a cache actor that replaces another refreshes a token before it searches the table") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  caf_compat::send_exit(actors.cache, caf::exit_reason::kill);
  actors.run();
  actors.cache = spawn_cache(actors.system(), actors.settings);
  actors.run();
  actors.advance(54min);
  CHECK(actors.transport->started() == 2);
}
