// Refreshes in the background: days of virtual time in milliseconds.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Requests the token every `pause`, and answers as the host. Returns how many requests waited.
std::size_t live(virtual_actors& actors, std::chrono::minutes time, std::chrono::minutes pause) {
  std::size_t waits = 0;
  auto answered = actors.transport->started();
  for (auto passed = 0min; passed < time; passed += pause) {
    actors.advance(pause);
    while (answered < actors.transport->started()) {
      actors.grant(answered++);
    }
    waits += actors.ask("r")->empty() ? 1U : 0U;
  }
  return waits;
}

}  // namespace

TEST_CASE("after refresh_on the host is asked once in the background, and no caller waits") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h - 1s);
  CHECK(actors.transport->started() == 1);
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  for (int i = 0; i < 100; ++i) {
    CHECK(is_token(*actors.ask("r"), "token-0"));
  }
  CHECK(actors.transport->started() == 2);
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("in a month of use no caller waits, and the host is asked twice a day") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  CHECK(live(actors, 30 * 24h, 10min) == 0);
  CHECK(actors.transport->started() <= 61);
  CHECK(actors.transport->started() >= 60);
}

TEST_CASE("a token that is not requested is refreshed once, then leaves memory") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  actors.grant(1, 24h);
  actors.advance(12h);
  actors.advance(24h);
  CHECK(actors.transport->started() == 2);
  CHECK(actors.context->table->size() == 0);
  actors.advance(2h);
  CHECK_FALSE(actors.has_timers());
}

TEST_CASE("a failed refresh keeps the token and is tried again after longer and longer pauses") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  std::size_t asked = 1;
  for (const auto pause : {30s, 60s, 120s, 240s}) {
    REQUIRE(actors.transport->started() == asked + 1);
    actors.refuse(asked++, 503);
    CHECK(is_token(*actors.ask("r"), "token-0"));
    actors.advance(pause - 1s);
    CHECK(actors.transport->started() == asked);
    actors.advance(1s);
  }
  REQUIRE(actors.transport->started() == asked + 1);
  actors.grant(asked, 24h);
  CHECK(is_token(*actors.ask("r"), "token-5"));
}

TEST_CASE(
    "in an outage of twelve hours the token is handed out, and the host receives a bounded number "
    "of requests") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  std::size_t answered = 1;
  for (auto passed = 0min; passed < 24h - 6min; passed += 1min) {
    actors.advance(1min);
    while (answered < actors.transport->started()) {
      actors.refuse(answered++, 503);
    }
    REQUIRE(is_token(*actors.ask("r"), "token-0"));
  }
  CHECK(actors.transport->started() < 40);
  // The last attempts are made before the token ends.
  CHECK(actors.transport->started() > 15);
}

TEST_CASE("once a token is no longer handed out, the host is asked only for callers") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  std::size_t answered = 1;
  const auto live_without_host = [&](std::chrono::minutes time) {
    for (auto passed = 0min; passed < time; passed += 1min) {
      actors.advance(1min);
      while (answered < actors.transport->started()) {
        actors.refuse(answered++, 503);
      }
    }
  };
  live_without_host(56min);
  const auto asked = actors.transport->started();
  CHECK(asked > 1);
  live_without_host(10h);
  CHECK(actors.transport->started() == asked);
  actors.ask("r");
  CHECK(actors.transport->started() == asked + 1);
}

TEST_CASE("a host that returns the same token is asked less and less often") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  std::size_t answered = 1;
  for (auto left = 24h - 1min; left > 6min; left -= 1min) {
    actors.advance(1min);
    while (answered < actors.transport->started()) {
      const auto life = std::chrono::duration_cast<std::chrono::seconds>(left);
      actors.transport->respond(answered++, 200, "token-0 " + std::to_string(life.count()));
      actors.run();
    }
    REQUIRE(is_token(*actors.ask("r"), "token-0"));
  }
  CHECK(actors.transport->started() < 40);
}

TEST_CASE("a token that its host returns again stays in memory as long as before") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  REQUIRE(actors.transport->started() == 2);
  actors.transport->respond(1, 200, "token-0 43200");
  actors.run();
  actors.advance(1h);
  // Not dropped after 12 hours, its remaining lifetime when the host returned it again.
  CHECK(actors.context->table->size() == 1);
  CHECK(actors.transport->started() == 3);
}

TEST_CASE("a host that demands an immediate refresh is asked at most twice a minute") {
  auto endpoint = virtual_actors::endpoint();
  endpoint.decode = [](const resolved_request& request, http_response response,
                       std::chrono::sys_seconds now, unsigned step) {
    auto answer = virtual_actors::decode(request, std::move(response), now, step);
    std::get<token_grant>(*answer).refresh_on = now;
    return answer;
  };
  virtual_actors actors{service_context{std::move(endpoint)}};
  actors.ask("r");
  actors.grant(0, 24h);
  CHECK(live(actors, 60min, 1min) == 0);
  CHECK(actors.transport->started() <= 121);
}

TEST_CASE("a machine finds its token expired after a suspension, whatever its timers say") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.suspend(25h);
  const auto received = actors.ask("r");
  CHECK(received->empty());
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1, 24h);
  CHECK(is_token(*received, "token-1"));
}

TEST_CASE(
    "after a suspension past refresh_on, the next request starts a refresh and receives the "
    "published token") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.suspend(13h);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  CHECK(is_token(*actors.ask("r"), "token-0"));
  CHECK(actors.transport->started() == 2);
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("setting the clock back does not make an expired token usable") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  actors.set_wall_clock(-48h);
  actors.suspend(1h);
  CHECK(actors.ask("r")->empty());
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("a token that has expired by a clock that was set forward is not handed out") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 1h);
  actors.set_wall_clock(2h);
  CHECK(actors.ask("r")->empty());
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("a forced refresh joins a background refresh") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  const auto forced = actors.ask(token_request{.resource = "r", .force_refresh = true});
  CHECK(actors.transport->started() == 2);
  // It has a waiter now, and so is retried with the pauses for waiters.
  actors.refuse(1, 503);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*forced, "token-2"));
}

TEST_CASE("a refresh is planned again when the forced refresh that it joined fails") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h - 1s);
  const auto forced = actors.ask(token_request{.resource = "r", .force_refresh = true});
  actors.advance(1s);
  actors.refuse(1);
  CHECK(forced->size() == 1);
  CHECK(actors.transport->started() == 2);
  actors.advance(30s);
  CHECK(actors.transport->started() == 3);
}

TEST_CASE("an acquisition actor that fails during a refresh is replaced, and the refresh is made") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  actors.transport->respond(1, 200, "die");
  actors.run();
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.advance(30s);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2, 24h);
  CHECK(is_token(*actors.ask("r"), "token-2"));
}

TEST_CASE("observers receive the events in order") {
  virtual_actors actors;
  std::vector<std::string> received;
  const auto id = actors.context->observers->add([&received](const token_event& event) {
    const auto text = to_string(event);
    received.push_back(text.substr(0, text.find(' ')));
  });
  actors.ask("r");
  actors.ask("r");
  actors.refuse(0, 429);
  actors.advance(1s);
  actors.grant(1, 24h);
  actors.advance(12h);
  actors.grant(2, 24h);
  actors.context->observers->remove(id);
  actors.ask("other");
  CHECK(received ==
        std::vector<std::string>{"acquisition_started", "exchange_finished", "host_throttled",
                                 "acquisition_retried", "acquisition_waiting", "exchange_finished",
                                 "acquisition_succeeded", "refresh_scheduled",
                                 "acquisition_started", "exchange_finished",
                                 "acquisition_succeeded", "refresh_done", "refresh_scheduled"});
}

TEST_CASE("no refresh begins once they are stopped, and tokens are still acquired") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.context->refreshes->store(false);
  actors.advance(13h);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.advance(1h);
  CHECK(actors.transport->started() == 1);
  const auto other = actors.ask("other");
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1, 24h);
  CHECK(is_token(*other, "token-1"));
}
