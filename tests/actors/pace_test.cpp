// How often a failing host is asked for one key, in virtual time: at the pace of one patient
// caller, however many ask.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Callers with a short timeout ask again and again, and the host fails each request immediately.
template <class Fail>
std::size_t requests_of_hasty_callers(virtual_actors& actors, std::chrono::seconds time,
                                      Fail fail_request) {
  std::size_t answered = 0;
  for (std::chrono::milliseconds passed{0}; passed < time; passed += 10ms) {
    actors.ask("r", 50ms);
    actors.ask("r", 500ms);
    if (actors.transport->started() > answered) {
      fail_request(answered++);
    }
    actors.advance(10ms);
  }
  return actors.transport->started();
}

}  // namespace

TEST_CASE("callers in a hurry do not ask a failing host more often than a patient one") {
  virtual_actors actors;
  SECTION("that answers 503") {
    CHECK(requests_of_hasty_callers(actors, 15s, [&](std::size_t i) { actors.refuse(i, 503); }) <=
          6);
  }
  SECTION("that refuses connections") {
    CHECK(requests_of_hasty_callers(actors, 15s, [&](std::size_t i) {
            actors.transport->complete(i, fail(errc::unreachable, "refused"));
            actors.run();
          }) <= 6);
  }
  SECTION("whose answers contain no usable token") {
    CHECK(requests_of_hasty_callers(actors, 15s, [&](std::size_t i) {
            actors.transport->respond(i, 200, "throw");
            actors.run();
          }) <= 6);
  }
  SECTION("that never answers") {
    CHECK(requests_of_hasty_callers(actors, 15s, [](std::size_t) {}) <= 15);
  }
}

TEST_CASE("a caller that cannot wait for the next attempt receives the last failure immediately") {
  virtual_actors actors;
  actors.ask("r", 500ms);
  actors.refuse(0, 503);
  const auto hasty = actors.ask("r", 1s);
  REQUIRE(is_error(*hasty, errc::service_unavailable));
  CHECK((*hasty)[0].error().retry_after == 1s);
  actors.advance(400ms);
  CHECK(actors.ask("r", 600ms)->at(0).error().retry_after == 600ms);
}

TEST_CASE("callers whose timeout is as long as the pause learn the failure immediately") {
  virtual_actors actors;
  actors.ask("r", 1s);
  actors.refuse(0, 503);
  for (int i = 0; i < 20; ++i) {
    actors.advance(5ms);
    const auto received = actors.ask("r", 1s);
    REQUIRE(is_error(*received, errc::service_unavailable));
    CHECK((*received)[0].error().retry_after == 1s - (i + 1) * 5ms);
  }
  CHECK(actors.ask("r", 1'001ms)->empty());
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("a deadline that passes quotes the last failure of the key") {
  virtual_actors actors;
  actors.ask("r", 500ms);
  actors.refuse(0, 503);
  const auto callback = actors.ask("r", 2s);
  const auto actor = actors.ask_as_actor(token_request{.resource = "r"}, 2s + 0ns);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 2);
  actors.advance(1s);
  for (const auto& received : {callback, actor}) {
    REQUIRE(is_error(*received, errc::deadline_exceeded));
    const auto& failure = (*received)[0].error();
    CHECK(failure.message ==
          "no token for r from http://127.0.0.1:1/token before the caller's deadline; the last "
          "attempt failed: the host refused");
    CHECK(failure.http_status == 503);
  }
  SECTION("until a token is granted") {
    const auto forced = token_request{.resource = "r", .force_refresh = true};
    actors.ask(forced, 10s);
    actors.advance(1s);
    actors.grant(actors.transport->started() - 1);
    const auto received = actors.ask(forced, 500ms);
    actors.advance(500ms);
    REQUIRE(is_error(*received, errc::deadline_exceeded));
    CHECK((*received)[0].error().http_status == 0);
  }
}

TEST_CASE("a deadline that passes while the host fails quotes the failure of the host") {
  virtual_actors actors;
  for (std::size_t i = 0; i < 3; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str(), 50ms);
    actors.refuse(i, 503);
  }
  const auto received = actors.ask("other", 600ms);
  CHECK(actors.transport->started() == 3);
  actors.advance(250ms);
  REQUIRE(actors.transport->started() == 4);
  actors.advance(350ms);
  REQUIRE(is_error(*received, errc::deadline_exceeded));
  CHECK((*received)[0].error().http_status == 503);
  CHECK((*received)[0].error().message.ends_with("failed: the host answered with HTTP 503"));
}

TEST_CASE("a caller that can wait joins the next attempt after another caller's failure") {
  virtual_actors actors;
  actors.ask("r", 500ms);
  actors.refuse(0, 503);
  const auto patient = actors.ask("r", 5s);
  CHECK(actors.transport->started() == 1);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}

TEST_CASE("the pauses of a key do not begin anew with each acquisition") {
  virtual_actors actors;
  for (std::size_t i = 0; i < 3; ++i) {
    actors.ask("r", 10ms);
    actors.refuse(i, 503);
    actors.advance(i == 0 ? 1s : i == 1 ? 2s : 4s);
  }
  actors.ask("r", 10ms);
  CHECK(actors.transport->started() == 4);
}

TEST_CASE("one key's failures do not delay another key") {
  virtual_actors actors;
  actors.ask("r", 500ms);
  actors.refuse(0, 503);
  actors.ask("other", 500ms);
  CHECK(actors.transport->started() == 2);
}

TEST_CASE("an acquisition is retried until the deadline of its last waiter") {
  virtual_actors actors;
  const auto received = actors.ask("r", 1h);
  std::size_t asked = 0;
  for (int i = 0; i < 59; ++i) {
    while (actors.transport->started() > asked) {
      actors.refuse(asked++, 503);
    }
    actors.advance(1min);
    CHECK(received->empty());
  }
  while (actors.transport->started() > asked) {
    actors.grant(asked++);
  }
  CHECK(received->size() == 1);
  CHECK((*received)[0]);
}

TEST_CASE("a refresh that becomes due after a refusal does not ask the host at once") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h - 1s);
  const auto forced = actors.ask(token_request{.resource = "r", .force_refresh = true});
  actors.refuse(1);
  CHECK(is_error(*forced, errc::request_rejected));
  actors.advance(1s);
  CHECK(actors.transport->started() == 2);
  // Other callers still learn why.
  CHECK(is_error(*actors.ask(token_request{.resource = "r", .force_refresh = true}),
                 errc::request_rejected));
  CHECK(is_token(*actors.ask("r"), "token-0"));
  actors.advance(30s);
  REQUIRE(actors.transport->started() == 3);
  actors.grant(2);
  CHECK(is_token(*actors.ask("r"), "token-2"));
}

TEST_CASE("a refusal that came late is remembered for its time, though the key is not in use") {
  virtual_actors actors;
  const auto received = actors.ask("r");
  // Longer than an idle actor rests.
  actors.advance(11s);
  actors.refuse(0);
  CHECK(is_error(*received, errc::request_rejected));
  actors.advance(4s);
  CHECK(is_error(*actors.ask("r"), errc::request_rejected));
  CHECK(actors.transport->started() == 1);
}
