// The cache, acquisition and HTTP actors together, in virtual time. The test plays the host.
#include "actors/policies/rate_limit.hpp"
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <algorithm>

using Catch::Matchers::StartsWith;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("ten thousand simultaneous callers cause one request, and each is answered once") {
  virtual_actors actors;
  std::vector<std::shared_ptr<answers>> received;
  for (int i = 0; i < 5'000; ++i) {
    received.push_back(actors.ask("r"));
    received.push_back(actors.ask_as_actor(token_request{.resource = "r"}));
  }
  CHECK(actors.transport->started() == 1);
  actors.grant(0);
  CHECK(std::ranges::all_of(received, [](const auto& t) { return is_token(*t, "token-0"); }));
  CHECK(actors.transport->started() == 1);
  CHECK(actors.context->counters->coalesced == 9'999);
  CHECK(actors.context->counters->tokens == 10'000);
}

TEST_CASE("a published token is handed out without a request, with the cache as its source") {
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

TEST_CASE("a scope and its resource are one key, and the token names the resource") {
  virtual_actors actors;
  const auto received = actors.ask("https://vault.azure.net/.default");
  actors.grant(0);
  CHECK((*received)[0]->resource() == "https://vault.azure.net");
  CHECK(is_token(*actors.ask("https://vault.azure.net"), "token-0"));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("each resource and each identity has an acquisition of its own") {
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

TEST_CASE("an acquisition that has no waiters left still publishes its token") {
  virtual_actors actors;
  const auto received = actors.ask("r", 500ms);
  actors.advance(999ms);
  CHECK(is_error(*received, errc::deadline_exceeded));
  actors.grant(0);
  CHECK(is_token(*actors.ask("r"), "token-0"));
}

TEST_CASE("a request without a timeout is answered within the default timeout") {
  virtual_actors actors;
  const auto received = actors.ask_as_actor(token_request{.resource = "r"});
  actors.advance(29s);
  CHECK(received->empty());
  actors.advance(1s);
  CHECK(is_error(*received, errc::deadline_exceeded));
}

TEST_CASE("the longest timeout that can be expressed does not overflow") {
  virtual_actors actors;
  const auto received = actors.ask("r", std::chrono::nanoseconds::max());
  actors.advance(1h);
  CHECK(received->empty());
  actors.grant(0);
  CHECK(is_token(*received, "token-0"));
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

TEST_CASE("an error of the transport reaches every waiter with its code") {
  virtual_actors actors;
  // Too little time for another attempt.
  const auto received =
      actors.ask_as_actor(token_request{.resource = "r"}, std::chrono::nanoseconds{900ms});
  actors.transport->complete(0, fail(errc::unreachable, "refused", "Start it"));
  actors.run();
  REQUIRE(is_error(*received, errc::unreachable));
  CHECK_THAT((*received)[0].error().advice,
             StartsWith("Start it. The caller's deadline leaves no time for another attempt"));
}

TEST_CASE("a request that the host protocol cannot encode is answered with the reason") {
  virtual_actors actors;
  CHECK(is_error(*actors.ask("unsupported"), errc::request_rejected));
  CHECK(actors.transport->started() == 0);
}

TEST_CASE("invalid requests are answered immediately") {
  virtual_actors actors;
  CHECK(is_error(*actors.ask(""), errc::invalid_resource));
  CHECK(is_error(*actors.ask_as_actor(token_request{.resource = "r"}, std::chrono::nanoseconds{0}),
                 errc::invalid_timeout));
  CHECK(is_error(*actors.ask_as_actor(
                     token_request{.identity = managed_identity::client_id(""), .resource = "r"}),
                 errc::invalid_identity));
  CHECK(actors.transport->started() == 0);
  CHECK(actors.context->counters->errors == 3);
}

TEST_CASE(
    "force_refresh bypasses the cache, joins an acquisition in progress, and replaces the token") {
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

TEST_CASE(
    "claims bypass the cache, coalesce only with equal claims, and their token is published") {
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

TEST_CASE("an expired token answers the waiters but is not published") {
  virtual_actors actors;
  const auto received = actors.ask("r");
  actors.grant(0, 0s);
  CHECK(is_token(*received, "token-0"));
  actors.ask("r");
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("a token with a short lifetime is handed out for half of it") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 200s);
  actors.suspend(99s);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.suspend(1s);
  CHECK(actors.ask("r")->empty());
}

TEST_CASE("a token is handed out until five minutes before it expires, then another is acquired") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  // Suspended, so that no timer refreshes it before.
  actors.suspend(3'299s);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  CHECK(actors.transport->started() == 2);
  actors.suspend(1s);
  const auto received = actors.ask("r");
  CHECK(received->empty());
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*received, "token-1"));
}

TEST_CASE(
    "a request that reaches the acquisition after its token is answered without another HTTP "
    "request") {
  virtual_actors actors;
  const auto first = actors.ask("r");
  // The second request is in the mailbox of the cache actor, and the token on its way to the
  // acquisition actor: in either order, the host receives no second request.
  const auto received = std::make_shared<answers>();
  actors.transport->respond(0, 200, "token-0 86400");
  actors.send(actors.cache, {.resource = "r"}, 1s, actors.waiter_into(received));
  actors.run();
  CHECK(is_token(*first, "token-0"));
  CHECK(is_token(*received, "token-0"));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("requests beyond max_in_flight wait, and the earliest deadline is sent first") {
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

TEST_CASE("a host that allows 20 requests per second receives no more, and the others later") {
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

TEST_CASE("a misconfigured service answers every request with the reason") {
  virtual_actors actors;
  auto misconfigured = actors.settings;
  misconfigured.service = std::make_shared<service_context>(
      service_context{fail(errc::invalid_endpoint, "the endpoint \"ftp://x\" is not a URL")});
  const auto cache = spawn_cache(actors.system(), misconfigured);
  const auto received = std::make_shared<answers>();
  actors.send(cache, {.resource = "r"}, 1s, actors.waiter_into(received));
  actors.run();
  CHECK(is_error(*received, errc::invalid_endpoint));
  caf_compat::send_exit(cache, caf::exit_reason::user_shutdown);
  actors.run();
}

TEST_CASE(
    "a later deadline of other waiters does not replace an earlier one that arrives with it") {
  virtual_actors actors;
  const auto impatient = actors.ask("r", 1s);
  const auto patient = actors.ask("r", 100s);
  // The request is in the cache actor's mailbox when the first deadline passes.
  actors.fire_timers_after(1s);
  const auto late = actors.ask("r", 500ms);
  CHECK(is_error(*impatient, errc::deadline_exceeded));
  CHECK(late->empty());
  actors.advance(500ms);
  CHECK(is_error(*late, errc::deadline_exceeded));
  CHECK(patient->empty());
}
