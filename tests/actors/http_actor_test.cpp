// The HTTP actor: requests, tickets, its end and its replacement.
#include "actors/policies/rate_limit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/http_host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

TEST_CASE("a request is answered with the response, of any status") {
  http_host host{{5, 20}};
  const auto received = host.ask("r");
  CHECK(host.url(0) == "r");
  CHECK(received->empty());
  host.respond(0, 418);
  REQUIRE(received->response);
  CHECK(received->response->status == 418);
}

TEST_CASE("without a limit per second, too, no more requests are in flight than allowed") {
  http_host host{{2, 0}};
  host.ask("a");
  http_request other;
  other.key = key_of("b", managed_identity::client_id("c"));
  host.ask(other);
  host.ask("late", 20s);
  host.ask("early", 10s);
  CHECK(host.transport->started() == 2);
  host.respond(0, 200);
  REQUIRE(host.transport->started() == 3);
  CHECK(host.url(2) == "early");
}

TEST_CASE("a request that waits is withdrawn: it is not sent, and leaves the queue") {
  http_host host{{1, 0}};
  host.ask("first");
  const auto withdrawn = host.ask_with_ticket(7, "withdrawn", 10s);
  const auto next = host.ask_with_ticket(8, "next", 20s);
  host.tell(withdraw_request{7});
  CHECK(withdrawn->is_error(errc::cancelled));
  CHECK(host.transport->cancelled() == 0);
  host.respond(0, 200);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "next");
  CHECK(next->empty());
}

TEST_CASE("a ticket that no request has is ignored") {
  http_host host{{1, 0}};
  const auto first = host.ask("first");
  const auto second = host.ask("second");
  for (const std::uint64_t ticket : {0U, 7U}) {
    host.tell(withdraw_request{ticket});
    host.tell(hasten_request{ticket, host.now() + 1s});
  }
  CHECK(first->empty());
  CHECK(second->empty());
  CHECK(host.transport->cancelled() == 0);
  const auto done = host.ask_with_ticket(7, "done");
  host.respond(0, 200);
  host.respond(1, 200);
  host.respond(2, 200);
  CHECK(done->response);
  host.tell(withdraw_request{7});
  CHECK(host.transport->cancelled() == 0);
}

TEST_CASE("a nearer deadline moves a request forward, and no further than before that deadline") {
  http_host host{{1, 0}};
  host.ask("first");
  host.ask_with_ticket(7, "hastened", 30s);
  host.ask_with_ticket(8, "other", 20s);
  const auto late = host.ask_with_ticket(9, "late", 30s);
  host.tell(hasten_request{7, host.now() + 10s});
  host.tell(hasten_request{9, host.now() + 1s});
  host.actors.advance(1s);
  REQUIRE(late->refused);
  CHECK(late->refused->reason.code == errc::host_busy);
  host.respond(0, 200);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "hastened");
  host.tell(hasten_request{7, host.now()});
  CHECK(host.transport->cancelled() == 0);
}

TEST_CASE("a request whose deadline has passed is never sent") {
  http_host host{{1, 0}};
  host.ask("first");
  const auto expired = host.ask("expired", 1s);
  host.actors.fire_timers_after(2s);
  host.respond(0, 200);
  CHECK(host.transport->started() == 1);
  REQUIRE(expired->refused);
  CHECK(host.ask("expired", 0s)->refused);
  CHECK(host.transport->started() == 1);
}

TEST_CASE("an actor that replaces another keeps the window, the pause and the slots") {
  http_host host{{2, 20}};
  SECTION("the requests of the last second count") {
    for (std::size_t i = 0; i < 20; ++i) {
      host.ask("r");
      host.respond(i, 200);
    }
    host.restart();
    host.ask("r");
    CHECK(host.transport->started() == 20);
    host.actors.advance(rate_window);
    CHECK(host.transport->started() == 21);
  }
  SECTION("a pause continues") {
    host.ask("r");
    host.respond(0, 429, "10");
    host.restart();
    CHECK(host.ask("r", 5s)->refused);
    host.ask("r");
    host.actors.advance(9'999ms);
    CHECK(host.transport->started() == 1);
    host.actors.advance(1ms);
    CHECK(host.transport->started() == 2);
  }
  SECTION("failures are remembered") {
    host.break_host();
    host.restart();
    host.ask("r");
    CHECK(host.transport->started() == 3);
  }
  SECTION("what was in flight does not occupy slots") {
    host.ask("a");
    const auto waiting = host.ask("b");
    host.restart();
    CHECK(host.transport->cancelled() == 1);
    CHECK(waiting->is_error(errc::shutting_down));
    host.ask("c");
    CHECK(host.transport->started() == 2);
  }
}

TEST_CASE("the end of the actor cancels what is in flight, and answers every request once") {
  http_host host{{1, 0}};
  const auto in_flight = host.ask("a");
  const auto waiting = host.ask("b");
  SECTION("in order") {
    host.end();
    CHECK(in_flight->is_error(errc::shutting_down));
    CHECK(waiting->is_error(errc::shutting_down));
  }
  SECTION("killed") {
    host.end(caf::exit_reason::kill);
    CHECK(in_flight->is_error(errc::actor_terminated));
    CHECK(waiting->is_error(errc::actor_terminated));
  }
  CHECK(host.transport->cancelled() == 1);
  CHECK(host.transport->started() == 1);
}

TEST_CASE("a timer that fires while the actor ends finds no request") {
  http_host host{{1, 0}};
  host.ask("a");
  const auto waiting = host.ask("b", 1s);
  caf_compat::send_exit(host.http, caf::exit_reason::user_shutdown);
  host.actors.fire_timers_after(2s);
  host.actors.run();
  CHECK(waiting->is_error(errc::shutting_down));
  CHECK(host.transport->cancelled() == 1);
  CHECK(host.transport->started() == 1);
}

TEST_CASE("each connection is reported once, also by an actor that replaces another") {
  http_host host{{5, 0}};
  host.ask("a");
  host.transport->set_connections(2, 4);
  host.respond(0, 200);
  host.restart();
  host.ask("b");
  host.transport->set_connections(3, 5);
  host.respond(1, 200);
  CHECK(host.events == std::vector<std::string>{"connection_opened count=1 attempts=4",
                                                "connection_opened count=2 attempts=4",
                                                "connection_opened count=3 attempts=5"});
}
