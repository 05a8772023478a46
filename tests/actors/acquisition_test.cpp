// The cache, acquisition and http actors together, in virtual time, against a host played by the
// test.
#include "actors/cache_supervisor.hpp"
#include "actors/policies/rate_limit.hpp"
#include "messages/make_error.hpp"
#include "tests/support/virtual_actors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("ten thousand callers that meet cause one request, and each is answered once") {
  virtual_actors actors;
  std::vector<std::shared_ptr<answers>> told;
  for (int i = 0; i < 5'000; ++i) {
    told.push_back(actors.ask("r"));
    told.push_back(actors.ask_as_actor(token_request{.resource = "r"}));
  }
  CHECK(actors.transport->started() == 1);
  actors.grant(0);
  CHECK(std::ranges::all_of(told, [](const auto& t) { return is_token(*t, "token-0"); }));
  CHECK(actors.transport->started() == 1);
  CHECK(actors.context->counters->coalesced == 9'999);
  CHECK(actors.context->counters->tokens == 10'000);
}

TEST_CASE(
    "a token at hand is handed out without a request, and says that it comes from the cache") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  actors.grant(0);
  const auto second = actors.ask_as_actor(token_request{.resource = "r"});
  CHECK((*first)[0]->source() == token_source::identity_provider);
  REQUIRE(is_token(*second, "token-0"));
  CHECK((*second)[0]->source() == token_source::cache);
  CHECK(actors.transport->started() == 1);
  CHECK(actors.context->counters->cache_hits == 1);
}

TEST_CASE("a scope and its resource are one key, and the token says the resource") {
  virtual_actors actors;
  const auto told = actors.ask("https://vault.azure.net/.default");
  actors.grant(0);
  CHECK((*told)[0]->resource() == "https://vault.azure.net");
  CHECK(is_token(*actors.ask("https://vault.azure.net"), "token-0"));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("resources, and identities, are acquired apart") {
  virtual_actors actors;
  actors.ask("a");
  actors.ask("b");
  actors.ask(token_request{.identity = managed_identity::client_id("x"), .resource = "a"});
  CHECK(actors.transport->started() == 3);
}

TEST_CASE("a waiter whose deadline passes leaves the others waiting") {
  virtual_actors actors;
  const auto patient = actors.ask("r", 10s);
  const auto hasty = actors.ask("r", 200ms);
  const auto hasty_actor =
      actors.ask_as_actor(token_request{.resource = "r"}, std::chrono::nanoseconds{300ms});
  actors.advance(199ms);
  CHECK(hasty->empty());
  actors.advance(1ms);
  CHECK(is_error(*hasty, errc::deadline_exceeded));
  CHECK(hasty_actor->empty());
  actors.advance(100ms);
  CHECK(is_error(*hasty_actor, errc::deadline_exceeded));
  CHECK(patient->empty());
  actors.grant(0);
  CHECK(is_token(*patient, "token-0"));
  CHECK(hasty->size() == 1);
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("an acquisition that nobody waits for any more still fills the cache") {
  virtual_actors actors;
  const auto told = actors.ask("r", 1s);
  actors.advance(1s);
  CHECK(is_error(*told, errc::deadline_exceeded));
  actors.grant(0);
  CHECK(is_token(*actors.ask("r"), "token-0"));
}

TEST_CASE("a request without a timeout of its own is answered by the default one") {
  virtual_actors actors;
  const auto told = actors.ask_as_actor(token_request{.resource = "r"});
  actors.advance(29s);
  CHECK(told->empty());
  actors.advance(1s);
  CHECK(is_error(*told, errc::deadline_exceeded));
}

TEST_CASE("a timeout as long as there are nanoseconds means to wait, not to overflow") {
  virtual_actors actors;
  const auto told = actors.ask("r", std::chrono::nanoseconds::max());
  actors.advance(1h);
  CHECK(told->empty());
  actors.grant(0);
  CHECK(is_token(*told, "token-0"));
}

TEST_CASE("a failure reaches every waiter") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  const auto second = actors.ask_as_actor(token_request{.resource = "r"});
  actors.refuse(0);
  CHECK(is_error(*first, errc::request_rejected));
  REQUIRE(is_error(*second, errc::request_rejected));
  CHECK((*second)[0].error().source == "test host");
  CHECK((*second)[0].error().message == "the host refused");
}

TEST_CASE("an error of the transport reaches every waiter with its own code") {
  virtual_actors actors;
  // Too soon for another attempt.
  const auto told =
      actors.ask_as_actor(token_request{.resource = "r"}, std::chrono::nanoseconds{900ms});
  actors.transport->complete(0, fail(errc::unreachable, "refused", "Start it"));
  actors.run();
  REQUIRE(is_error(*told, errc::unreachable));
  CHECK((*told)[0].error().advice == "Start it");
}

TEST_CASE("a request that the host's dialect cannot say is answered with why") {
  virtual_actors actors;
  CHECK(is_error(*actors.ask("unsupported"), errc::request_rejected));
  CHECK(actors.transport->started() == 0);
}

TEST_CASE("requests that make no sense are answered at once") {
  virtual_actors actors;
  CHECK(is_error(*actors.ask(""), errc::invalid_resource));
  CHECK(is_error(*actors.ask("r", 0s), errc::invalid_timeout));
  CHECK(is_error(*actors.ask_as_actor(
                     token_request{.identity = managed_identity::client_id(""), .resource = "r"}),
                 errc::invalid_identity));
  CHECK(actors.transport->started() == 0);
  CHECK(actors.context->counters->errors == 3);
}

TEST_CASE("force_refresh bypasses the cache, joins what is under way, and replaces the token") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  const token_request forced{.resource = "r", .force_refresh = true};
  const auto first = actors.ask(forced);
  const auto second = actors.ask(forced);
  CHECK(actors.transport->started() == 2);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.grant(1);
  CHECK(is_token(*first, "token-1"));
  CHECK(is_token(*second, "token-1"));
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("claims bypass the cache and meet only their like, and their token is stored for all") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  const auto first = actors.ask(token_request{.resource = "r", .claims = "{\"a\":1}"});
  const auto like = actors.ask(token_request{.resource = "r", .claims = "{\"a\":1}"});
  const auto other = actors.ask(token_request{.resource = "r", .claims = "{\"b\":2}"});
  CHECK(actors.transport->started() == 3);
  actors.grant(1);
  actors.grant(2);
  CHECK(is_token(*first, "token-1"));
  CHECK(is_token(*like, "token-1"));
  CHECK(is_token(*other, "token-2"));
  CHECK(is_token(*actors.ask("r"), "token-2"));
}

TEST_CASE("a token with no life left is handed to those who waited, but not kept") {
  virtual_actors actors;
  const auto told = actors.ask("r");
  actors.grant(0, 0s);
  CHECK(is_token(*told, "token-0"));
  actors.ask("r");
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("a token that lives shortly is handed out for half of its life") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 200s);
  actors.suspend(99s);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.suspend(1s);
  CHECK(actors.ask("r")->empty());
}

TEST_CASE("a token is handed out until five minutes before it expires, and then acquired anew") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  // So that it is not renewed before.
  actors.suspend(3'299s);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  CHECK(actors.transport->started() == 2);
  actors.suspend(1s);
  const auto told = actors.ask("r");
  CHECK(told->empty());
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*told, "token-1"));
}

TEST_CASE("a request on its way to the acquisition while the token came needs no second request") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  // The second caller's request is in the cache's mailbox, and the token on its way to the
  // acquisition: whichever is served first, the host hears nothing more.
  const auto told = std::make_shared<answers>();
  actors.transport->respond(0, 200, "token-0 86400");
  caf_compat::anonymous_send(actors.cache, token_request{.resource = "r"},
                             std::chrono::nanoseconds{1s}, actors.waiter_into(told));
  actors.run();
  CHECK(is_token(*first, "token-0"));
  CHECK(is_token(*told, "token-0"));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("requests beyond what may be in flight wait, and the earliest deadline goes first") {
  virtual_actors actors{host_limits{1, 1'000}};
  actors.ask("first", 60s);
  actors.ask("patient", 50s);
  actors.ask("hasty", 5s);
  CHECK(actors.transport->started() == 1);
  actors.grant(0);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url.ends_with("=hasty"));
  actors.refuse(1);
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url.ends_with("=patient"));
}

TEST_CASE(
    "a host that allows 20 requests a second gets no more, and the rest when it allows them") {
  virtual_actors actors{host_limits{1'000, 20}};
  for (int i = 0; i < 50; ++i) {
    actors.ask(("resource-" + std::to_string(i)).c_str(), 1h);
  }
  CHECK(actors.transport->started() == 20);
  actors.advance(rate_window - 1ms);
  CHECK(actors.transport->started() == 20);
  actors.advance(1ms);
  CHECK(actors.transport->started() == 40);
  actors.advance(rate_window);
  CHECK(actors.transport->started() == 50);
}

TEST_CASE("an acquisition that dies answers its waiters, and is replaced") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  const auto second = actors.ask_as_actor(token_request{.resource = "r"});
  actors.transport->respond(0, 200, "throw");
  actors.run();
  CHECK(is_error(*first, errc::actor_terminated));
  CHECK(is_error(*second, errc::actor_terminated));
  const auto third = actors.ask("r");
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*third, "token-1"));
}

TEST_CASE("an http actor that dies answers what it holds, gives up the wire, and is replaced") {
  virtual_actors actors{host_limits{2, 1'000}};
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

TEST_CASE("a cache actor that dies is replaced, and the tokens outlive it") {
  virtual_actors actors;
  const auto supervisor = cache_supervisor::start(actors.system(), actors.settings);
  actors.cache = supervisor->current();
  actors.ask("r");
  actors.grant(0);
  const auto waiting = actors.ask_as_actor(token_request{.resource = "other"});
  caf_compat::send_exit(supervisor->current(),
                        GENERATE(caf::exit_reason::kill, caf::exit_reason::unhandled_exception));
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

TEST_CASE("an orderly end answers every waiter with shutting_down, and leaves no actor behind") {
  virtual_actors actors{host_limits{1, 1'000}};
  const auto first = actors.ask("a");
  const auto second = actors.ask_as_actor(token_request{.resource = "a"});
  const auto queued = actors.ask_as_actor(token_request{.resource = "b"});
  // Is in the cache's mailbox when that is asked to end.
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

TEST_CASE("keys that nobody asks for leave memory, token and actor, those in use stay") {
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

TEST_CASE("an acquisition at rest is ended soon, and its token is renewed all the same") {
  virtual_actors actors;
  const auto before = actors.live_actors();
  actors.ask("r");
  const auto waiting = actors.ask("hangs", 1h);
  CHECK(actors.live_actors() == before + 2);
  actors.grant(0, 24h);
  actors.advance(11s);
  actors.advance(11s);
  // The one that somebody waits for stays.
  CHECK(actors.live_actors() == before + 1);
  CHECK(waiting->empty());
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.advance(12h);
  CHECK(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
  CHECK(waiting->size() == 1);
}

TEST_CASE("an acquisition is not at rest while it backs off from renewals in vain") {
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

TEST_CASE("no timer is left running once every key has left memory") {
  virtual_actors actors{host_limits{64, 0}, 3'600s};
  actors.ask("r");
  actors.grant(0);
  CHECK(actors.has_timers());
  actors.advance(10'000s);
  actors.advance(12h);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("a service that is set up wrongly answers every request with why") {
  virtual_actors actors;
  auto misconfigured = actors.settings;
  misconfigured.service = std::make_shared<service_context>(
      service_context{fail(errc::invalid_endpoint, "the endpoint \"ftp://x\" is no URL")});
  const auto cache = spawn_cache(actors.system(), misconfigured);
  const auto told = std::make_shared<answers>();
  caf_compat::anonymous_send(cache, token_request{.resource = "r"}, std::chrono::nanoseconds{1s},
                             actors.waiter_into(told));
  actors.run();
  CHECK(is_error(*told, errc::invalid_endpoint));
  caf_compat::send_exit(cache, caf::exit_reason::user_shutdown);
  actors.run();
}

TEST_CASE("an acquisition takes as many requests as the host's dialect asks for") {
  virtual_actors actors;
  const auto told = actors.ask("r", 10s);
  const auto joined = actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r&step=1");
  actors.transport->respond(1, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url == "http://127.0.0.1:1/token?resource=r&step=2");
  CHECK(told->empty());
  actors.grant(2);
  CHECK(is_token(*told, "token-2"));
  CHECK(is_token(*joined, "token-2"));
  CHECK(actors.context->counters->acquisitions == 1);
}

TEST_CASE("every request of an acquisition has the same deadline, timeouts and limit") {
  virtual_actors actors;
  actors.ask("r", 10s);
  actors.advance(4s);
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto first = actors.transport->request(0);
  const auto second = actors.transport->request(1);
  CHECK(second.deadline == first.deadline);
  CHECK(second.connect_timeout == actors.context->options.connect_timeout);
  CHECK(second.total_timeout == actors.context->options.attempt_timeout);
  CHECK(second.max_response_bytes == actors.context->options.max_response_bytes);
}

TEST_CASE("an acquisition whose waiters have all left between its requests goes on") {
  virtual_actors actors;
  const auto told = actors.ask("r", 1s);
  actors.advance(1s);
  CHECK(is_error(*told, errc::deadline_exceeded));
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto later = actors.ask("r");
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*later, "token-1"));
}

TEST_CASE("each acquisition begins at the dialect's first step") {
  virtual_actors actors;
  actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  actors.grant(1);
  actors.ask(token_request{.resource = "r", .force_refresh = true});
  actors.transport->respond(2, 401, "");
  actors.run();
  CHECK(actors.transport->request(3).url.ends_with("&step=1"));
}

TEST_CASE("a failure of a later request is told to all who wait") {
  virtual_actors actors;
  const auto told = actors.ask("r", 900ms);
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto joined = actors.ask("r", 900ms);
  actors.transport->complete(1, fail(errc::connection_lost, "lost"));
  actors.run();
  CHECK(is_error(*told, errc::connection_lost));
  CHECK(is_error(*joined, errc::connection_lost));
}

TEST_CASE("claims bypass the cache and bring the hash of the token at hand") {
  // SHA-256 of "token-0".
  const std::string hash = "6c02cf2083469e72758a38be0b7c6eabe9bc58580774daf6b2cf4b6ea1469722";
  const token_request challenged{.resource = "r", .claims = "{}"};
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  const auto told = actors.ask(challenged);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r&refused=" + hash);
  actors.grant(1);
  CHECK(is_token(*told, "token-1"));
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("claims without a token at hand bring no hash, and neither does a forced refresh") {
  virtual_actors actors;
  actors.ask({.resource = "r", .claims = "{}"});
  CHECK(actors.transport->request(0).url == "http://127.0.0.1:1/token?resource=r");
  actors.grant(0);
  actors.ask({.resource = "r", .force_refresh = true});
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r");
}

TEST_CASE("the hash is that of the token last at hand, though it has expired") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 600s);
  actors.suspend(700s);
  actors.ask({.resource = "r", .claims = "{}"});
  CHECK(actors.transport->request(1).url.ends_with(
      "&refused=6c02cf2083469e72758a38be0b7c6eabe9bc58580774daf6b2cf4b6ea1469722"));
}
