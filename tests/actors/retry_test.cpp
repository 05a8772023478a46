// What the actors do when the host fails, refuses, throttles, hangs: in virtual time.
#include "actors/policies/rate_limit.hpp"
#include "messages/make_error.hpp"
#include "tests/support/virtual_actors.hpp"

#include <catch2/catch.hpp>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a host that fails is asked again after 1, 2 and 4 seconds, once for all who wait") {
  virtual_actors actors;
  std::vector<std::shared_ptr<answers>> told;
  for (int i = 0; i < 100; ++i) {
    told.push_back(actors.ask("r"));
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
  CHECK(std::ranges::all_of(told, [](const auto& t) { return is_token(*t, "token-3"); }));
}

TEST_CASE("those who join between two attempts wait with the others") {
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
    "when the attempts are used up everybody is told the last failure, and the next who asks "
    "causes another request") {
  virtual_actors actors;
  const auto told = actors.ask("r", 1h);
  for (std::size_t i = 0; i < 4; ++i) {
    actors.refuse(i, 503);
    actors.advance(10s);
  }
  CHECK(actors.transport->started() == 4);
  REQUIRE(is_error(*told, errc::service_unavailable));
  CHECK((*told)[0].error().http_status == 503);
  const auto next = actors.ask("r");
  CHECK(actors.transport->started() == 5);
  actors.grant(4);
  CHECK(is_token(*next, "token-4"));
}

TEST_CASE("who gives up before the next attempt is told why at once, the others wait on") {
  virtual_actors actors;
  const auto hasty = actors.ask("r", 900ms);
  const auto patient = actors.ask("r", 30s);
  actors.refuse(0, 503);
  REQUIRE(is_error(*hasty, errc::service_unavailable));
  CHECK(patient->empty());
  // The same for one who comes while the next attempt is too far away.
  CHECK(is_error(*actors.ask("r", 900ms), errc::service_unavailable));
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}

TEST_CASE("no attempt is made when nobody waits any more") {
  virtual_actors actors;
  const auto told = actors.ask("r", 1'500ms);
  actors.refuse(0, 503);
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  // The next would be after two seconds.
  actors.refuse(1, 503);
  CHECK(is_error(*told, errc::service_unavailable));
  actors.advance(1h);
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("an attempt that was planned for those who have left meanwhile is not made") {
  service_context context{virtual_actors::endpoint()};
  virtual_actors actors{std::move(context), host_limits{64, 0}};
  const auto told = actors.ask("r", 5s);
  actors.refuse(0, 503, "4");
  actors.suspend(5s);
  actors.advance(5s);
  CHECK(told->size() == 1);
  actors.advance(1h);
  CHECK(actors.transport->started() <= 2);
}

TEST_CASE("a host that is being updated is asked every ten seconds, for more than a minute") {
  virtual_actors actors;
  const auto told = actors.ask("r", 5min);
  for (std::size_t i = 0; i < 7; ++i) {
    actors.refuse(i, 410);
    actors.advance(10s);
  }
  REQUIRE(actors.transport->started() == 8);
  actors.grant(7);
  CHECK(is_token(*told, "token-7"));
}

TEST_CASE("a longer Retry-After is kept to, for all that the host is asked after a 429") {
  virtual_actors actors{host_limits{5, 20}};
  const auto first = actors.ask("first");
  actors.refuse(0, 429, "3");
  const auto second = actors.ask("second");
  actors.advance(2'999ms);
  CHECK(actors.transport->started() == 1);
  actors.advance(1ms);
  CHECK(actors.transport->started() == 3);
  actors.grant(1);
  actors.grant(2);
  CHECK(first->size() == 1);
  CHECK(second->size() == 1);
  CHECK((*first)[0].has_value());
}

TEST_CASE("a service that retries nothing tells the first failure") {
  service_context context{virtual_actors::endpoint()};
  context.options.retries = false;
  virtual_actors actors{std::move(context)};
  const auto told = actors.ask("r");
  actors.refuse(0, 503);
  CHECK(is_error(*told, errc::service_unavailable));
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("a later request of an acquisition is repeated by itself") {
  virtual_actors actors;
  const auto told = actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 2);
  actors.refuse(1, 503);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url == actors.transport->request(1).url);
  actors.grant(2);
  CHECK(is_token(*told, "token-2"));
}

TEST_CASE("a refusal is remembered for five seconds, for those who ask the same") {
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
  const auto told = actors.ask("r");
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2);
  CHECK(is_token(*told, "token-2"));
}

TEST_CASE("what fails on the wire is tried again") {
  virtual_actors actors;
  const auto told = actors.ask("r");
  actors.transport->complete(0, fail(errc::connection_lost, "reset"));
  actors.run();
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*told, "token-1"));
}

TEST_CASE("a request whose turn comes after its deadline is told so at once, and is not sent") {
  virtual_actors actors{host_limits{5, 1}};
  actors.ask("first", 1min);
  actors.grant(0);
  const auto second = actors.ask("second", 10s);
  const auto third = actors.ask("third", 1'700ms);
  // The third goes first, since it waits shorter; the second then goes after it.
  const auto fourth = actors.ask("fourth", 1'500ms);
  CHECK(actors.transport->started() == 1);
  CHECK(third->empty());
  CHECK(fourth->empty());
  actors.advance(rate_window);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url.ends_with("=fourth"));
  // The third would have to wait until it is too late.
  CHECK(is_error(*third, errc::deadline_exceeded));
  CHECK(second->empty());
  CHECK(is_error(*actors.ask("fifth", 500ms), errc::deadline_exceeded));
  actors.advance(2 * rate_window);
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url.ends_with("=second"));
}

TEST_CASE("of those who wait for a turn that is too late for the first, the others wait on") {
  virtual_actors actors{host_limits{5, 1}};
  actors.ask("first", 1min);
  actors.grant(0);
  const auto patient = actors.ask("second", 1min);
  const auto hasty = actors.ask("second", 10ms);
  actors.advance(10ms);
  CHECK(is_error(*hasty, errc::deadline_exceeded));
  actors.advance(rate_window);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}
