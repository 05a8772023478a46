// Requests with claims at a host that does not learn of them, in virtual time.
#include "actors/cache_supervisor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <algorithm>
#include <stop_token>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

token_request challenged(const std::string& claims = "{\"a\":1}") {
  return {.resource = "r", .claims = claims};
}

bool is_marked(const answers& received) {
  return received.size() == 1 && received[0] && received[0]->claims_not_passed_on();
}

service_context at(identity_host host) {
  auto endpoint = virtual_actors::endpoint();
  endpoint.host = host;
  endpoint.source = "host";
  endpoint.reason = "host was chosen because the test says so";
  return service_context{std::move(endpoint)};
}

// A request that is in the mailbox of the cache actor, which does not run yet.
std::shared_ptr<answers> send(virtual_actors& actors, token_request request) {
  auto received = std::make_shared<answers>();
  actors.send(actors.cache, std::move(request), 30s, actors.waiter_into(received));
  return received;
}

}  // namespace

TEST_CASE("the first request with claims gets a new token, marked as one that ignores them") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  const auto received = actors.ask(challenged());
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*received, "token-1"));
  CHECK(is_marked(*received));
  CHECK(received->front()->source() == token_source::identity_provider);
  // The mark is that of the answer.
  const auto plain = actors.ask("r");
  CHECK(is_token(*plain, "token-1"));
  CHECK_FALSE(is_marked(*plain));
}

TEST_CASE("the same claims again within a minute fail without a request to the host") {
  virtual_actors actors{at(identity_host::imds)};
  actors.ask(challenged());
  actors.grant(0);
  actors.advance(3s);
  const auto again = actors.ask(challenged());
  const auto as_actor = actors.ask_as_actor(challenged());
  const auto forced =
      actors.ask({.resource = "r", .claims = " {\"a\":1}\n", .force_refresh = true});
  for (const auto& each : {again, as_actor, forced}) {
    REQUIRE(is_error(*each, errc::claims_not_supported));
    const auto& problem = each->front().error();
    CHECK(problem.retry_after == 57s);
    CHECK(problem.source == "host");
    CHECK_THAT(problem.message, Contains(" 3 s ago"));
    CHECK_THAT(problem.advice, Contains("was chosen because"));
  }
  CHECK(actors.transport->started() == 1);
  CHECK(actors.context->counters->errors == 3);
}

TEST_CASE("after a minute the same claims get a new token again") {
  virtual_actors actors;
  actors.ask(challenged());
  actors.grant(0);
  actors.advance(59'999ms);
  CHECK(is_error(*actors.ask(challenged()), errc::claims_not_supported));
  actors.advance(1ms);
  const auto later = actors.ask(challenged());
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*later, "token-1"));
  CHECK(is_error(*actors.ask(challenged()), errc::claims_not_supported));
}

TEST_CASE("other claims, other keys and requests without claims are not refused") {
  virtual_actors actors;
  actors.ask(challenged());
  actors.grant(0);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.ask(challenged("{\"b\":2}"));
  actors.ask({.resource = "other", .claims = "{\"a\":1}"});
  actors.ask({.resource = "r", .force_refresh = true});
  CHECK(actors.transport->started() == 4);
}

TEST_CASE("callers with the same claims at the same time share one acquisition and its mark") {
  virtual_actors actors;
  const auto first = actors.ask(challenged());
  const auto joined = actors.ask(challenged(" {\"a\":1} "));
  const auto as_actor = actors.ask_as_actor(challenged());
  CHECK(actors.transport->started() == 1);
  actors.grant(0);
  for (const auto& each : {first, joined, as_actor}) {
    CHECK(is_token(*each, "token-0"));
    CHECK(is_marked(*each));
  }
}

TEST_CASE("a request with claims that was on its way when the token came gets that token") {
  virtual_actors actors;
  const auto first = actors.ask(challenged());
  actors.transport->respond(0, 200, "token-0 86400");
  // Forwarded before the acquisition reads the response.
  const auto late = send(actors, challenged());
  actors.run();
  CHECK(actors.transport->started() == 1);
  CHECK(is_token(*first, "token-0"));
  CHECK(is_token(*late, "token-0"));
  CHECK(is_marked(*late));
  CHECK(is_error(*actors.ask(challenged()), errc::claims_not_supported));
}

TEST_CASE("a cache actor that replaces another refuses the claims that were answered before") {
  virtual_actors actors;
  const auto supervisor = cache_supervisor::start(actors.system(), actors.settings);
  actors.run();
  const auto ask_again = [&] {
    auto received = std::make_shared<answers>();
    actors.send(supervisor->current(), challenged(), 30s, actors.waiter_into(received));
    actors.run();
    return received;
  };
  const auto first = ask_again();
  actors.transport->respond(0, 200, "token-0 86400");
  const bool reads_mailbox = GENERATE(true, false);
  if (reads_mailbox) {
    actors.run();
  } else {
    // The cache actor ends before it can read anything that the acquisition sends to it.
    while (first->empty() && actors.scheduler().try_run_once()) {
    }
  }
  REQUIRE(is_token(*first, "token-0"));
  const auto ended = supervisor->current();
  caf_compat::send_exit(ended, caf::exit_reason::kill);
  actors.run();
  REQUIRE(supervisor->current() != ended);
  actors.advance(3s);
  const auto again = ask_again();
  REQUIRE(is_error(*again, errc::claims_not_supported));
  CHECK(again->front().error().retry_after == 57s);
  CHECK(actors.transport->started() == 1);
  // The new actor forgets them in its turn.
  actors.advance(57s);
  ask_again();
  CHECK(actors.transport->started() == 2);
  supervisor->close();
  actors.run();
}

TEST_CASE("a cache actor that replaces another does not keep answered claims for ever") {
  virtual_actors actors;
  actors.ask(challenged());
  actors.transport->respond(0, 200, "token-0 0");
  actors.run();
  const auto supervisor = cache_supervisor::start(actors.system(), actors.settings);
  actors.run();
  CHECK_FALSE(actors.context->claims->empty());
  caf_compat::send_exit(actors.cache, caf::exit_reason::kill);
  actors.run();
  actors.advance(61s);
  CHECK(actors.context->claims->empty());
  supervisor->close();
  actors.run();
}

TEST_CASE("claims whose callers had all left get the token that was acquired for them") {
  virtual_actors actors;
  std::stop_source stop;
  const bool cancels = GENERATE(true, false);
  const auto left = actors.ask(challenged(), 500ms, stop.get_token());
  if (cancels) {
    stop.request_stop();
  } else {
    actors.advance(500ms);
  }
  REQUIRE(left->size() == 1);
  actors.grant(0);
  const auto again = actors.ask(challenged());
  CHECK(is_token(*again, "token-0"));
  CHECK(is_marked(*again));
  CHECK(actors.transport->started() == 1);
  CHECK(is_error(*actors.ask(challenged()), errc::claims_not_supported));
}

TEST_CASE("the token that a late request with claims gets is not the refused one") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  actors.ask(challenged());
  // Not usable, so that the table still has the old token.
  actors.transport->respond(1, 200, "token-1 0");
  const auto late = send(actors, challenged());
  actors.run();
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2);
  CHECK(is_token(*late, "token-2"));
}

TEST_CASE("claims for which the host granted no token are not remembered") {
  virtual_actors actors;
  const auto refused = actors.ask(challenged());
  actors.refuse(0);
  CHECK(is_error(*refused, errc::request_rejected));
  actors.advance(6s);
  const auto again = actors.ask(challenged());
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*again, "token-1"));
}

TEST_CASE("a host that accepts claims gets every request with claims") {
  virtual_actors actors{
      at(GENERATE(identity_host::workload_identity, identity_host::service_fabric))};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto received = actors.ask(challenged());
    REQUIRE(actors.transport->started() == i + 1);
    actors.grant(i);
    CHECK(is_token(*received, "token-" + std::to_string(i)));
    CHECK_FALSE(is_marked(*received));
  }
}

TEST_CASE("one event tells that the host did not learn of the claims") {
  virtual_actors actors;
  std::vector<std::string> events;
  const auto subscription =
      subscribe(actors.context->observers, [&events](const token_event& event) {
        if (std::holds_alternative<claims_not_passed_on>(event)) {
          events.push_back(to_string(event));
        }
      });
  actors.ask("r");
  actors.grant(0);
  CHECK(events.empty());
  actors.ask(challenged());
  actors.ask(challenged());
  actors.grant(1);
  actors.ask(challenged());
  CHECK(events ==
        std::vector<std::string>{"claims_not_passed_on resource=r identity=system-assigned"});
}

TEST_CASE("a key that leaves memory leaves no claims behind, and neither does a minute") {
  virtual_actors actors{service_context{virtual_actors::endpoint()}, {64, 0}, 20s};
  actors.ask(challenged());
  actors.grant(0);
  CHECK(is_error(*actors.ask(challenged()), errc::claims_not_supported));
  for (int i = 0; i < 5; ++i) {
    actors.advance(10s);
  }
  CHECK(actors.context->table->size() == 0);
  actors.ask(challenged());
  CHECK(actors.transport->started() == 2);
}
