// Requests while the token store is loaded, in virtual time.
#include "actors/store_actor.hpp"
#include "tests/actors/store_fixture.hpp"
#include "tests/support/catch.hpp"

#include <caf/scheduled_actor.hpp>

#include <stdexcept>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

// The actor of that name, once it is the next to run.
caf::actor_addr next_to_run(virtual_actors& actors, const std::string& name) {
  auto& scheduler = actors.scheduler();
  while (!scheduler.jobs.empty()) {
    auto* const next = dynamic_cast<caf::scheduled_actor*>(scheduler.jobs.front());
    if (next != nullptr && next->name() == name) {
      return next->address();
    }
    scheduler.run_once();
  }
  throw std::logic_error{name + " does not run"};
}

}  // namespace

TEST_CASE("a request during the load waits, and is answered from the store") {
  stored_actors service;
  service.store->content = {service.kept("a")};
  const auto answer = service.actors.ask("a");
  CHECK(answer->empty());
  service.run_store();
  REQUIRE(is_token(*answer, "kept a"));
  CHECK((*answer)[0]->source() == token_source::cache);
  CHECK(service.requests() == 0);
  CHECK(is_token(*service.actors.ask("a"), "kept a"));
  CHECK(service.store->loads == 1);
}

TEST_CASE("an actor's request during the load waits, too") {
  stored_actors service;
  service.store->content = {service.kept("a")};
  const auto answer = service.actors.ask_as_actor(token_request{.resource = "a"});
  const auto timed = service.actors.ask_as_actor(token_request{.resource = "a"}, 10s + 0ns);
  const auto absent = service.actors.ask_as_actor(token_request{.resource = "b"});
  service.run_store();
  CHECK(is_token(*answer, "kept a"));
  CHECK(is_token(*timed, "kept a"));
  REQUIRE(service.requests() == 1);
  service.actors.grant(0);
  CHECK(is_token(*absent, "token-0"));
}

TEST_CASE("when the store is loaded, the host is asked for the tokens that it does not have") {
  stored_actors service;
  service.store->content = {service.kept("a"), service.kept("expired", 1h)};
  const auto absent = service.actors.ask("b");
  const auto expired = service.actors.ask("expired");
  CHECK(service.requests() == 0);
  service.run_store();
  REQUIRE(service.requests() == 2);
  service.actors.grant(0);
  service.actors.grant(1);
  CHECK(absent->size() == 1);
  CHECK(expired->size() == 1);
}

TEST_CASE("a request waits for a second at most, counted from the begin of the load") {
  stored_actors service;
  service.actors.advance(600ms);
  const auto answer = service.actors.ask("a");
  service.actors.advance(399ms);
  CHECK(service.requests() == 0);
  service.actors.advance(1ms);
  REQUIRE(service.requests() == 1);
  // No other one waits.
  (void)service.actors.ask("b");
  CHECK(service.requests() == 2);
  service.actors.grant(0);
  CHECK(is_token(*answer, "token-0"));
  CHECK_FALSE(service.actors.ask("a")->empty());
}

TEST_CASE("a request with a short timeout waits for half of it") {
  stored_actors service;
  const auto patient = service.actors.ask("a");
  const auto hasty = service.actors.ask("b", 400ms);
  service.actors.advance(199ms);
  CHECK(service.requests() == 0);
  service.actors.advance(1ms);
  REQUIRE(service.requests() == 1);
  service.actors.grant(0);
  CHECK(is_token(*hasty, "token-0"));
  CHECK(patient->empty());
  service.actors.advance(800ms);
  CHECK(service.requests() == 2);
}

TEST_CASE("a load that ends late publishes absent tokens, and no older ones") {
  stored_actors service;
  (void)service.actors.ask("a");
  service.actors.advance(1s);
  REQUIRE(service.requests() == 1);
  service.actors.grant(0);
  service.store->content = {service.kept("a", 48h), service.kept("b")};
  service.run_store();
  CHECK(is_token(*service.actors.ask("a"), "token-0"));
  CHECK(is_token(*service.actors.ask("b"), "kept b"));
  CHECK(service.requests() == 1);
}

TEST_CASE("a late load answers the callers for whom the host has been asked") {
  stored_actors service;
  const auto answer = service.actors.ask("a");
  const auto forced = service.actors.ask({.resource = "a", .force_refresh = true});
  const auto absent = service.actors.ask("b");
  service.actors.advance(1s);
  REQUIRE(service.requests() == 2);
  service.store->content = {service.kept("a")};
  service.run_store();
  CHECK(is_token(*answer, "kept a"));
  CHECK(forced->empty());
  CHECK(absent->empty());
}

TEST_CASE("a request that does not accept a cached token does not wait") {
  stored_actors service;
  (void)service.actors.ask({.resource = "a", .force_refresh = true});
  CHECK(service.requests() == 1);
  (void)service.actors.ask({.resource = "b", .claims = "{}"});
  CHECK(service.requests() == 2);
}

TEST_CASE("a request that no key describes fails at once") {
  stored_actors service;
  CHECK(is_error(*service.actors.ask(""), errc::invalid_resource));
}

TEST_CASE("a token that a forced refresh publishes during the load answers at once") {
  stored_actors service;
  (void)service.actors.ask({.resource = "a", .force_refresh = true});
  service.actors.grant(0);
  CHECK(is_token(*service.actors.ask("a"), "token-0"));
}

TEST_CASE("a caller that is canceled during the load causes no request") {
  stored_actors service;
  std::stop_source stop;
  const auto answer = service.actors.ask({.resource = "a"}, 30s, stop.get_token());
  stop.request_stop();
  CHECK(is_error(*answer, errc::cancelled));
  service.run_store();
  CHECK(service.requests() == 0);
}

TEST_CASE("a load that fails is reported, and requests go to the host") {
  stored_actors service;
  service.store->on_load = [] {
    return fail(errc::store_failed, "the disk\nis gone", "Replace it");
  };
  (void)service.actors.ask("a");
  service.run_store();
  CHECK(service.requests() == 1);
  REQUIRE(service.failures.size() == 1);
  CHECK(service.failures[0].operation == store_operation::load);
  CHECK(service.failures[0].failure.code == errc::store_failed);
  CHECK(service.failures[0].failure.message == "the disk?is gone");
  CHECK(service.failures[0].failure.advice == "Replace it");
}

TEST_CASE("a load that throws is reported like one that fails") {
  stored_actors service;
  SECTION("an exception") {
    service.store->on_load = []() -> expected<std::vector<stored_token>> {
      throw std::runtime_error{"no\r\ndisk"};
    };
    service.run_store();
    REQUIRE(service.failures.size() == 1);
    CHECK(service.failures[0].failure.message == "the token store threw no??disk");
  }
  SECTION("something else") {
    service.store->on_load = []() -> expected<std::vector<stored_token>> { throw 1; };
    service.run_store();
    REQUIRE(service.failures.size() == 1);
    CHECK(service.failures[0].failure.code == errc::store_failed);
  }
  (void)service.actors.ask("a");
  CHECK(service.requests() == 1);
}

TEST_CASE("without a thread for the store, requests go to the host at once") {
  const auto store = std::make_shared<scripted_store>();
  const auto runner = std::make_shared<manual_runner>();
  runner->has_thread = false;
  const auto calls = std::make_shared<store_calls>(
      store, runner, stored_actors::owner_without_default(), std::size_t{100});
  auto context = stored_actors::context_with(calls, 100);
  std::vector<token_event> events;
  context.observers->add([&events](const token_event& event) { events.push_back(event); });
  virtual_actors actors{std::move(context)};
  REQUIRE(events.size() == 1);
  CHECK(std::get<store_failed>(events[0]).failure.code == errc::store_failed);
  (void)actors.ask("a");
  CHECK(actors.transport->started() == 1);
  CHECK(store->loads == 0);
}

TEST_CASE("a cache actor that replaces another does not load again") {
  stored_actors service;
  service.store->content = {service.kept("a")};
  const auto lost = service.actors.ask("a");
  SECTION("during the load") {
    caf_compat::send_exit(service.actors.cache, caf::exit_reason::kill);
    service.actors.run();
    CHECK(is_error(*lost, errc::actor_terminated));
    service.actors.cache = spawn_cache(service.actors.system(), service.actors.settings);
    const auto held = service.actors.ask("a");
    CHECK(held->empty());
    service.run_store();
    CHECK(is_token(*held, "kept a"));
  }
  SECTION("after the load") {
    service.run_store();
    caf_compat::send_exit(service.actors.cache, caf::exit_reason::kill);
    service.actors.run();
    service.actors.cache = spawn_cache(service.actors.system(), service.actors.settings);
    service.actors.run();
    // No store actor: the cache actor and the HTTP actor.
    CHECK(service.actors.live_actors() == 2);
    CHECK(is_token(*service.actors.ask("a"), "kept a"));
  }
  CHECK(service.store->loads == 1);
  CHECK(service.requests() == 0);
}

TEST_CASE("if the store actor dies, its callers are answered, and the others go to the host") {
  stored_actors service;
  const auto lost = std::make_shared<answers>();
  service.actors.send(service.actors.cache, {.resource = "a"}, 30s,
                      service.actors.waiter_into(lost));
  caf_compat::send_exit(next_to_run(service.actors, "midas.store"), caf::exit_reason::kill);
  service.actors.run();
  CHECK(is_error(*lost, errc::actor_terminated));
  (void)service.actors.ask("b");
  CHECK(service.requests() == 1);
}

TEST_CASE("a shutdown during the load answers the requests that wait") {
  stored_actors service;
  const auto answer = service.actors.ask("a");
  const auto of_actor = service.actors.ask_as_actor(token_request{.resource = "a"});
  caf_compat::send_exit(service.actors.cache, caf::exit_reason::user_shutdown);
  service.actors.run();
  CHECK(is_error(*answer, errc::shutting_down));
  CHECK(is_error(*of_actor, errc::shutting_down));
  CHECK(service.requests() == 0);
  CHECK(service.actors.live_actors() == 0);
}

TEST_CASE("a request that reaches the store actor as it ends is an error, and counted") {
  stored_actors service;
  const auto store =
      spawn_store(service.actors.system(), {service.actors.context, service.actors.cache});
  service.actors.run();
  const auto answer = std::make_shared<answers>();
  caf_compat::send_exit(store, caf::exit_reason::user_shutdown);
  caf_compat::anonymous_send(store, acquisition_request{{.resource = "a"}, {}},
                             service.actors.waiter_into(answer));
  service.actors.run();
  CHECK(is_error(*answer, errc::shutting_down));
  CHECK(service.actors.context->counters->errors == 1);
}

TEST_CASE("a load that ends after the actors is dropped") {
  stored_actors service;
  service.store->content = {service.kept("a")};
  caf_compat::send_exit(service.actors.cache, caf::exit_reason::user_shutdown);
  service.actors.run();
  service.run_store();
  CHECK(service.store->loads == 1);
}

TEST_CASE("a service without a store has no store actor") {
  virtual_actors actors;
  CHECK(actors.live_actors() == 2);
  stored_actors service;
  CHECK(service.actors.live_actors() == 3);
}
