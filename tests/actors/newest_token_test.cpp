// Acquisitions of one token by several actors: with and without claims.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

token_request request_with(const std::string& claims) {
  return {.resource = "r", .claims = claims};
}

}  // namespace

TEST_CASE("an older acquisition that ends later does not replace a newer token") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  const auto forced = actors.ask({.resource = "r", .force_refresh = true});
  const auto with_claims = actors.ask(request_with("{}"));
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*with_claims, "token-2"));
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
  // The caller receives the newer token, too.
  CHECK(is_token(*forced, "token-2"));
}

TEST_CASE(
    "the order in which requests were sent counts, not the order in which they began to wait") {
  virtual_actors actors{host_limits{5, 1}};
  actors.ask("r");
  actors.grant(0, 24h);
  // They wait for the next second; the one with the nearer deadline is sent first.
  actors.ask(request_with("{}"), 1min);
  actors.ask({.resource = "r", .force_refresh = true}, 10s);
  actors.advance(1'500ms);
  actors.advance(1'500ms);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
}

TEST_CASE("an older token is better than one that has ended") {
  virtual_actors actors;
  const auto forced = actors.ask({.resource = "r", .force_refresh = true}, 1h);
  actors.ask(request_with("{}"), 1h);
  actors.grant(1, 600s);
  actors.advance(11min);
  actors.grant(0, 24h);
  CHECK(is_token(*forced, "token-0"));
  CHECK(is_token(*actors.ask("r"), "token-0"));
}

TEST_CASE("claims that the host ignores leave neither an actor nor another refresh behind") {
  virtual_actors actors;
  actors.ask("r");
  actors.transport->respond(0, 200, "same 86400");
  actors.run();
  actors.advance(30s);
  const auto before = actors.live_actors();
  for (std::size_t i = 1; i <= 100; ++i) {
    const auto received = actors.ask(request_with("{\"nbf\":" + std::to_string(i) + "}"));
    REQUIRE(actors.transport->started() == i + 1);
    actors.transport->respond(i, 200, "same 86400");
    actors.run();
    CHECK(is_token(*received, "same"));
  }
  actors.advance(11s);
  actors.advance(11s);
  CHECK(actors.live_actors() == before);
  // The refresh of the token stays where it was.
  actors.advance(1h);
  CHECK(actors.transport->started() == 101);
}

TEST_CASE("the token of a request with claims also answers the callers without claims") {
  virtual_actors actors;
  actors.ask(request_with("{}"));
  const auto plain = actors.ask("r");
  const auto as_actor = actors.ask_as_actor(token_request{.resource = "r"});
  const auto other = actors.ask("other");
  REQUIRE(actors.transport->started() == 3);
  actors.grant(0);
  CHECK(is_token(*plain, "token-0"));
  CHECK(is_token(*as_actor, "token-0"));
  CHECK(other->empty());
  // The request of the key is given up like any other that nobody waits for.
  actors.advance(1s);
  CHECK(actors.transport->cancelled() == 1);
}

TEST_CASE("a forced refresh waits for a token of its own beside one for claims") {
  virtual_actors actors;
  actors.ask(request_with("{}"));
  const auto plain = actors.ask("r");
  const auto forced = actors.ask(token_request{.resource = "r", .force_refresh = true});
  actors.grant(0);
  CHECK(is_token(*plain, "token-0"));
  CHECK(forced->empty());
  actors.grant(1);
  CHECK(is_token(*forced, "token-1"));
}

TEST_CASE("a request that was on its way when the token came does not wait for a forced refresh") {
  virtual_actors actors;
  actors.ask("r");
  const auto send = [&](bool forced) {
    auto received = std::make_shared<answers>();
    const auto waiter = actors.waiter_into(received);
    actors.send(actors.cache, {.resource = "r", .force_refresh = forced}, 30s, waiter);
    return received;
  };
  actors.transport->respond(0, 200, "token-0 86400");
  // The HTTP actor runs after the cache actor has forwarded the requests, and before the actor of
  // the acquisition reads them.
  const auto forced = send(true);
  const auto plain = send(false);
  actors.run();
  CHECK(actors.transport->started() == 2);
  CHECK(is_token(*plain, "token-0"));
  CHECK(forced->empty());
  actors.grant(1);
  CHECK(is_token(*forced, "token-1"));
}
