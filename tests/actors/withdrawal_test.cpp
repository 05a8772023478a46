// Which requests to the host are given up, in virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a first attempt that hangs leaves its callers time for a second one") {
  for (const auto timeout : {2'000ms, 4'000ms, 10'000ms, 30'000ms}) {
    virtual_actors actors;
    const auto received = actors.ask("r", timeout);
    CHECK(actors.transport->request(0).total_timeout <=
          std::min<std::chrono::milliseconds>(timeout * 3 / 4, 5s));
    actors.advance(actors.transport->request(0).total_timeout);
    actors.transport->complete(0, fail(errc::request_timeout, "no answer"));
    actors.run();
    actors.advance(0ms);
    REQUIRE(actors.transport->started() == 2);
    actors.grant(1);
    CHECK(is_token(*received, "token-1"));
  }
}

TEST_CASE("one answer that never comes makes callers with short timeouts fail once") {
  virtual_actors actors;
  const auto first = actors.ask("r", 2s);
  // A caller with more time keeps the attempt.
  const auto patient = actors.ask("r", 30s);
  actors.advance(2s);
  CHECK(is_error(*first, errc::deadline_exceeded));
  CHECK(actors.transport->cancelled() == 1);
  actors.advance(0ms);
  REQUIRE(actors.transport->started() == 2);
  const auto second = actors.ask("r", 2s);
  actors.grant(1);
  CHECK(is_token(*second, "token-1"));
  CHECK(is_token(*patient, "token-1"));
}

TEST_CASE("a slow host is not asked again and again by callers with short timeouts") {
  virtual_actors actors;
  const auto patient = actors.ask("r", 1min);
  std::size_t asked = 0;
  // The host needs three seconds for each answer.
  for (int i = 0; i < 100 && patient->empty(); ++i) {
    actors.ask("r", 1'200ms);
    actors.advance(100ms);
    if (actors.transport->started() > asked && i > 45) {
      actors.grant(actors.transport->started() - 1);
    }
  }
  CHECK(actors.transport->started() == 2);
  CHECK(patient->size() == 1);
}

TEST_CASE("an attempt without waiters gives up its slot after its minimum time") {
  virtual_actors actors{host_limits{1, 1'000}};
  SECTION("its only caller's deadline has passed") { actors.ask("hung", 1s); }
  SECTION("its only caller was in a hurry") { actors.ask("hung", 10ms); }
  SECTION("its only caller was canceled") {
    std::stop_source stop;
    actors.ask(token_request{.resource = "hung"}, 30s, stop.get_token());
    stop.request_stop();
    caf_compat::anonymous_send(actors.cache, caller_canceled{{{{}, "hung"}, {}}});
    actors.run();
  }
  CHECK(actors.transport->started() == 1);
  const auto other = actors.ask("other", 5s);
  CHECK(actors.transport->started() == 1);
  actors.advance(1s);
  CHECK(actors.transport->cancelled() == 1);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*other, "token-1"));
}

TEST_CASE("a withdrawal that meets the answer to the first of two requests ends the attempt") {
  virtual_actors actors{host_limits{1, 1'000}};
  const auto received = actors.ask("hung", 1s);
  std::shared_ptr<answers> later;
  SECTION("if nobody waits for the second request") {
    actors.fire_timers_after(1s);
    actors.transport->respond(0, 401, "");
    actors.run();
    CHECK(is_error(*received, errc::deadline_exceeded));
    CHECK(actors.transport->started() == 1);
    const auto other = actors.ask("other", 5s);
    REQUIRE(actors.transport->started() == 2);
    actors.grant(1);
    CHECK(is_token(*other, "token-1"));
    // The host was asked for the key a second ago.
    later = actors.ask("hung", 5s);
    actors.advance(1s);
  }
  SECTION("but not if a caller has joined meanwhile") {
    later = actors.ask("hung", 5s);
    actors.fire_timers_after(1s);
    actors.transport->respond(0, 401, "");
    actors.run();
    CHECK(actors.transport->request(1).url.ends_with("&step=1"));
  }
  const auto last = actors.transport->started() - 1;
  actors.grant(last);
  CHECK(is_token(*later, "token-" + std::to_string(last)));
}

TEST_CASE("a caller that is canceled between two requests does not keep the second one going") {
  virtual_actors actors;
  std::stop_source stop;
  actors.ask(token_request{.resource = "hung"}, 30s, stop.get_token());
  stop.request_stop();
  // The challenge arrives before the actors learn of the cancellation.
  actors.transport->respond(0, 401, "");
  actors.run();
  CHECK(actors.transport->started() == 2);
  caf_compat::anonymous_send(actors.cache, caller_canceled{{{{}, "hung"}, {}}});
  actors.run();
  actors.advance(1s);
  CHECK(actors.transport->cancelled() == 1);
}

TEST_CASE("a refresh continues without waiters") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  REQUIRE(actors.transport->started() == 2);
  CHECK(is_token(*actors.ask("r", 1s), "token-0"));
  actors.advance(4s);
  CHECK(actors.transport->cancelled() == 0);
  actors.grant(1, 24h);
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("no retry is made for a caller that was canceled") {
  virtual_actors actors;
  std::stop_source stop;
  actors.ask(token_request{.resource = "r"}, 30s, stop.get_token());
  stop.request_stop();
  actors.refuse(0, 503);
  // The retry would be due in a second.
  actors.advance(2s);
  CHECK(actors.transport->started() == 1);
  CHECK(actors.context->counters->retries == 0);
}

TEST_CASE("a caller that was canceled during a pause does not cause another attempt") {
  virtual_actors actors;
  std::stop_source stop;
  actors.ask(token_request{.resource = "r"}, 30s, stop.get_token());
  actors.refuse(0, 503);
  stop.request_stop();
  actors.advance(2s);
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("a caller with a nearer deadline moves the request of its key forward") {
  virtual_actors actors{host_limits{1, 1'000}};
  actors.ask("first", 1min);
  actors.ask("second", 30s);
  actors.ask("third", 1min);
  const auto hasty = actors.ask("third", 20s);
  actors.grant(0);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url.ends_with("=third"));
  actors.grant(1);
  CHECK(is_token(*hasty, "token-1"));
}

TEST_CASE("no attempt is made for a caller that cancels while its request is on the way") {
  virtual_actors actors;
  const auto received = std::make_shared<answers>();
  const auto waiter = actors.waiter_into(received);
  std::stop_source stop;
  waiter.cancel_on(stop.get_token());
  actors.send(actors.cache, {.resource = "r"}, 30s, waiter);
  // The cache actor passes the request on.
  actors.scheduler().run_once();
  stop.request_stop();
  actors.run();
  CHECK(is_error(*received, errc::cancelled));
  CHECK(actors.transport->started() == 0);
}
