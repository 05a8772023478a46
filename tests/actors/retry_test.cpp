// The actors when the host fails, refuses, throttles or hangs, in virtual time.
#include "actors/policies/rate_limit.hpp"
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a host that fails is asked again after 1, 2 and 4 seconds, once for all waiters") {
  virtual_actors actors;
  std::vector<std::shared_ptr<answers>> received;
  for (int i = 0; i < 100; ++i) {
    received.push_back(actors.ask("r"));
  }
  std::size_t asked = 0;
  for (const auto step : {1s, 2s, 4s}) {
    actors.refuse(asked++, 503);
    actors.advance(step - 1ms);
    CHECK(actors.transport->started() == asked);
    actors.advance(1ms);
    CHECK(actors.transport->started() == asked + 1);
  }
  actors.grant(asked);
  CHECK(std::ranges::all_of(received, [](const auto& t) { return is_token(*t, "token-3"); }));
}

TEST_CASE("a request between two attempts waits with the others") {
  virtual_actors actors;
  actors.ask("r");
  actors.refuse(0, 503);
  const auto late = actors.ask("r");
  CHECK(actors.transport->started() == 1);
  actors.advance(1s);
  actors.grant(1);
  CHECK(is_token(*late, "token-1"));
}

TEST_CASE(
    "when the attempts are used up every waiter receives the last failure, and the next request "
    "starts over") {
  service_context context{virtual_actors::endpoint()};
  context.options.max_retries = 3;
  virtual_actors actors{std::move(context)};
  const auto received = actors.ask("r", 1h);
  for (std::size_t i = 0; i < 4; ++i) {
    actors.refuse(i, 503);
    actors.advance(10s);
  }
  CHECK(actors.transport->started() == 4);
  REQUIRE(is_error(*received, errc::service_unavailable));
  CHECK((*received)[0].error().http_status == 503);
  const auto next = actors.ask("r");
  CHECK(actors.transport->started() == 5);
  actors.grant(4);
  CHECK(is_token(*next, "token-4"));
}

TEST_CASE(
    "a waiter that gives up before the next attempt is answered immediately; the others go on "
    "waiting") {
  virtual_actors actors;
  const auto hasty = actors.ask("r", 900ms);
  const auto patient = actors.ask("r", 30s);
  actors.refuse(0, 503);
  REQUIRE(is_error(*hasty, errc::service_unavailable));
  CHECK(patient->empty());
  // The same for a request that arrives while the next attempt is too far away.
  CHECK(is_error(*actors.ask("r", 900ms), errc::service_unavailable));
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}

TEST_CASE("no attempt is made without waiters") {
  virtual_actors actors;
  const auto received = actors.ask("r", 1'500ms);
  actors.refuse(0, 503);
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  // The next attempt would be after two seconds.
  actors.refuse(1, 503);
  CHECK(is_error(*received, errc::service_unavailable));
  actors.advance(1h);
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("an attempt that was scheduled for waiters that have left is not made") {
  service_context context{virtual_actors::endpoint()};
  virtual_actors actors{std::move(context), host_limits{64, 0}};
  const auto received = actors.ask("r", 5s);
  actors.refuse(0, 503, "4");
  actors.suspend(5s);
  actors.advance(5s);
  CHECK(received->size() == 1);
  actors.advance(1h);
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("a host that is being updated is asked every ten seconds for more than a minute") {
  virtual_actors actors;
  const auto received = actors.ask("r", 5min);
  for (std::size_t i = 0; i < 7; ++i) {
    actors.refuse(i, 410);
    actors.advance(10s);
  }
  REQUIRE(actors.transport->started() == 8);
  actors.grant(7);
  CHECK(is_token(*received, "token-7"));
}

TEST_CASE("a longer Retry-After delays all requests to the host after a 429") {
  virtual_actors actors{host_limits{5, 20}};
  const auto first = actors.ask("first");
  actors.refuse(0, 429, "3");
  const auto second = actors.ask("second");
  actors.advance(2'999ms);
  CHECK(actors.transport->started() == 1);
  actors.advance(1ms);
  // The limits are halved, and one identity leaves a slot free.
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2);
  CHECK(first->size() == 1);
  CHECK(second->size() == 1);
  CHECK((*first)[0].has_value());
}

TEST_CASE("a service without retries reports the first failure") {
  service_context context{virtual_actors::endpoint()};
  context.options.max_retries = 0;
  virtual_actors actors{std::move(context)};
  const auto received = actors.ask("r");
  actors.refuse(0, 503);
  CHECK(is_error(*received, errc::service_unavailable));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("a later request of an acquisition is repeated alone") {
  virtual_actors actors;
  const auto received = actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 2);
  actors.refuse(1, 503);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url == actors.transport->request(1).url);
  actors.grant(2);
  CHECK(is_token(*received, "token-2"));
}

TEST_CASE("a refusal answers equal requests for five seconds") {
  virtual_actors actors;
  actors.ask("r");
  actors.refuse(0);
  for (int i = 0; i < 100; ++i) {
    CHECK(is_error(*actors.ask("r"), errc::request_rejected));
  }
  CHECK(actors.transport->started() == 1);
  actors.ask("other");
  CHECK(actors.transport->started() == 2);
  actors.advance(5s);
  const auto received = actors.ask("r");
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2);
  CHECK(is_token(*received, "token-2"));
}

TEST_CASE("a failure of the network is retried") {
  virtual_actors actors;
  const auto received = actors.ask("r");
  actors.transport->complete(0, fail(errc::connection_lost, "reset"));
  actors.run();
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*received, "token-1"));
}

TEST_CASE("a request that would be admitted after its deadline fails immediately and is not sent") {
  virtual_actors actors{host_limits{5, 1}};
  actors.ask("first", 1min);
  actors.grant(0);
  const auto second = actors.ask("second", 10s);
  const auto third = actors.ask("third", 1'700ms);
  // The third precedes the second, since its deadline is earlier.
  const auto fourth = actors.ask("fourth", 1'500ms);
  CHECK(actors.transport->started() == 1);
  // The third would be admitted too late.
  REQUIRE(is_error(*third, errc::host_busy));
  CHECK((*third)[0].error().retry_after == 2 * rate_window);
  CHECK(fourth->empty());
  actors.advance(rate_window);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url.ends_with("=fourth"));
  CHECK(second->empty());
  CHECK(is_error(*actors.ask("fifth", 500ms), errc::host_busy));
  actors.advance(2 * rate_window);
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url.ends_with("=second"));
}

TEST_CASE("if a request is admitted too late for its first waiter, the others continue to wait") {
  virtual_actors actors{host_limits{5, 1}};
  actors.ask("first", 1min);
  actors.grant(0);
  const auto patient = actors.ask("second", 1min);
  const auto hasty = actors.ask("second", 10ms);
  CHECK(is_error(*hasty, errc::host_busy));
  actors.advance(rate_window);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}
