// How actors begin, end, and are replaced, in virtual time.
#include "actors/cache_supervisor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/few_keys.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a shutdown waits for an actor that has not run yet") {
  virtual_actors actors;
  auto settings = actors.settings;
  auto context = std::make_shared<service_context>(*settings.service);
  context->live_actors = std::make_shared<gate>();
  settings.service = context;
  const auto cache = spawn_cache(actors.system(), settings);
  CHECK_FALSE(context->live_actors->wait_for(0s));
  caf_compat::send_exit(cache, caf::exit_reason::user_shutdown);
  actors.run();
  CHECK(context->live_actors->wait_for(0s));
}

TEST_CASE("an actor that is asked to end twice still answers its mailbox and ends once") {
  virtual_actors actors;
  const auto waiting = actors.ask("a");
  const auto unread = std::make_shared<answers>();
  actors.send_as_actor(unread, token_request{.resource = "b"});
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  actors.run();
  CHECK(is_error(*waiting, errc::shutting_down));
  CHECK(is_error(*unread, errc::shutting_down));
  CHECK(actors.live_actors() == 0);
}

TEST_CASE("an acquisition actor that fails answers its waiters and is replaced") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  const auto second = actors.ask_as_actor(token_request{.resource = "r"});
  actors.transport->respond(0, 200, "die");
  actors.run();
  CHECK(is_error(*first, errc::actor_terminated));
  CHECK(is_error(*second, errc::actor_terminated));
  const auto third = actors.ask("r");
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*third, "token-1"));
}

TEST_CASE("an acquisition actor that fails again and again asks the host at a falling rate") {
  virtual_actors actors;
  actors.advance(1h);
  std::size_t asked = 0;
  for (int i = 0; i < 600; ++i) {
    actors.ask("r", 500ms);
    if (actors.transport->started() > asked) {
      actors.transport->respond(asked++, 200, "die");
      actors.run();
    }
    actors.advance(100ms);
  }
  // In a minute, with pauses of 0, 0.1, 0.2, 0.4 s and so on.
  CHECK(asked >= 5);
  CHECK(asked <= 12);
}

TEST_CASE("a host protocol that throws is a failure of the host, and ends no actor") {
  virtual_actors actors;
  const auto received = actors.ask("r");
  const auto before = actors.live_actors();
  actors.transport->respond(0, 200, "throw");
  actors.run();
  CHECK(is_error(*received, errc::invalid_response));
  CHECK(actors.live_actors() == before);
  // It is not asked again at once.
  CHECK(is_error(*actors.ask("r"), errc::invalid_response));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("an HTTP actor that fails answers its requests, cancels its exchanges, and is replaced") {
  virtual_actors actors{host_limits{3, 1'000}};
  const auto on_wire = actors.ask("a");
  const auto killer = actors.ask("throw");
  CHECK(is_error(*on_wire, errc::actor_terminated));
  CHECK(is_error(*killer, errc::actor_terminated));
  CHECK(actors.transport->cancelled() == 1);
  const auto again = actors.ask("a");
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*again, "token-1"));
}

TEST_CASE("an HTTP actor that fails again and again is replaced after growing pauses") {
  virtual_actors actors;
  actors.advance(1h);
  int failures = 0;
  for (int i = 0; i < 600; ++i) {
    const auto before = actors.live_actors();
    actors.ask("throw");
    failures += actors.live_actors() < before ? 1 : 0;
    actors.advance(100ms);
  }
  CHECK(failures <= 12);
  actors.advance(30s);
  const auto received = actors.ask("r");
  REQUIRE(actors.transport->started() == 1);
  actors.grant(0);
  CHECK(is_token(*received, "token-0"));
}

TEST_CASE("a cache actor that fails is replaced, and the tokens outlive it") {
  virtual_actors actors;
  const auto supervisor = cache_supervisor::start(actors.system(), actors.settings);
  actors.cache = supervisor->current();
  actors.ask("r");
  actors.grant(0);
  const auto waiting = actors.ask_as_actor(token_request{.resource = "other"});
  caf_compat::send_exit(supervisor->current(),
                        GENERATE(caf::exit_reason::kill, caf_compat::failed_exit));
  actors.run();
  CHECK(is_error(*waiting, errc::actor_terminated));
  CHECK(is_error(*actors.ask("r"), errc::actor_terminated));
  CHECK(supervisor->current() != actors.cache);
  actors.cache = supervisor->current();
  CHECK(is_token(*actors.ask("r"), "token-0"));
  supervisor->close();
  actors.run();
  CHECK_FALSE(supervisor->current());
}

TEST_CASE("an orderly end answers every waiter with shutting_down and leaves no actor behind") {
  virtual_actors actors{host_limits{1, 1'000}};
  const auto first = actors.ask("a");
  const auto second = actors.ask_as_actor(token_request{.resource = "a"});
  const auto queued = actors.ask_as_actor(token_request{.resource = "b"});
  // In the mailbox of the cache actor when it is asked to end.
  const auto unread = std::make_shared<answers>();
  actors.send_as_actor(unread, token_request{.resource = "c"});
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  actors.run();
  CHECK(is_error(*first, errc::shutting_down));
  CHECK(is_error(*second, errc::shutting_down));
  CHECK(is_error(*queued, errc::shutting_down));
  CHECK(is_error(*unread, errc::shutting_down));
  CHECK(is_error(*actors.ask_as_actor(token_request{.resource = "a"}), errc::actor_terminated));
  CHECK(actors.context->live_actors->wait_for(0s));
  CHECK(actors.live_actors() == 0);
}

TEST_CASE("the token and the actor of an idle key leave memory; keys in use stay") {
  virtual_actors actors{host_limits{64, 0}, 3'600s};
  actors.ask("used");
  actors.ask("idle");
  actors.grant(0, 24h);
  actors.grant(1, 24h);
  const auto busy = actors.ask("busy", 24h);
  const auto with_all = actors.live_actors();
  actors.advance(2'000s);
  actors.ask("used");
  actors.advance(1'600s);
  CHECK(actors.context->table->size() == 1);
  CHECK(actors.live_actors() == with_all - 2);
  CHECK(is_token(*actors.ask("used"), "token-0"));
  CHECK(busy->empty());
  actors.grant(2);
  CHECK(is_token(*busy, "token-2"));
  actors.advance(10'000s);
  actors.advance(10'000s);
  CHECK(actors.context->table->size() == 0);
  CHECK(actors.live_actors() == with_all - 3);
}

TEST_CASE("an idle acquisition actor is ended soon, and its token is still refreshed") {
  virtual_actors actors;
  const auto before = actors.live_actors();
  actors.ask("r");
  const auto waiting = actors.ask("hangs", 1h);
  CHECK(actors.live_actors() == before + 2);
  actors.grant(0, 24h);
  actors.advance(11s);
  actors.advance(11s);
  // The actor that has a waiter stays.
  CHECK(actors.live_actors() == before + 1);
  CHECK(waiting->empty());
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.advance(12h);
  CHECK(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
  CHECK(waiting->size() == 1);
}

TEST_CASE("an acquisition actor is not idle while it backs off from failed refreshes") {
  virtual_actors actors;
  const auto before = actors.live_actors();
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  actors.refuse(1, 503);
  actors.advance(25s);
  CHECK(actors.live_actors() == before + 1);
  actors.advance(5s);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2, 24h);
  actors.advance(11s);
  actors.advance(11s);
  CHECK(actors.live_actors() == before);
}

TEST_CASE("no timer is left once every key has left memory") {
  virtual_actors actors{host_limits{64, 0}, 3'600s};
  actors.ask("r");
  actors.grant(0);
  CHECK(actors.has_timers());
  actors.advance(10'000s);
  actors.advance(12h);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("a cache actor that replaces another refreshes the tokens that it finds") {
  virtual_actors actors;
  const auto supervisor = cache_supervisor::start(actors.system(), actors.settings);
  actors.cache = supervisor->current();
  actors.ask("r");
  actors.grant(0, 24h);
  caf_compat::send_exit(supervisor->current(), caf::exit_reason::kill);
  actors.run();
  actors.cache = supervisor->current();
  actors.advance(12h - 1s);
  CHECK(actors.transport->started() == 1);
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-1"));
  supervisor->close();
  actors.run();
}

TEST_CASE("a refresh whose actor fails is repeated, although no caller requests the token") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  for (std::size_t refreshes = 1; refreshes <= 2; ++refreshes) {
    actors.transport->respond(refreshes, 200, "die");
    actors.run();
    actors.advance(refreshes * 30s - 1ms);
    CHECK(actors.transport->started() == refreshes + 1);
    actors.advance(1ms);
    REQUIRE(actors.transport->started() == refreshes + 2);
  }
}

TEST_CASE("beyond max_keys the idle acquisition actors are ended at once") {
  few_keys actors{4};
  const auto before = actors.live_actors();
  for (std::size_t i = 0; i < 16; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str());
    actors.grant(i, 24h);
  }
  CHECK(actors.live_actors() <= before + 5);
}

TEST_CASE("a key that leaves memory leaves no timer for its refresh") {
  virtual_actors actors{host_limits{64, 0}, 3'600s};
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(10'000s);
  CHECK(actors.context->table->size() == 0);
  // The idle acquisition actor leaves next.
  actors.advance(11s);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("an acquisition actor that ends leaves no timer for the deadline of its last waiter") {
  virtual_actors actors;
  const auto received = actors.ask("r", 10h);
  SECTION("idle") { actors.refuse(0, 400); }
  SECTION("failed") {
    actors.transport->respond(0, 200, "die");
    actors.run();
  }
  CHECK(received->size() == 1);
  for (int i = 0; i < 6; ++i) {
    actors.advance(11s);
  }
  CHECK_FALSE(actors.has_timers());
}
