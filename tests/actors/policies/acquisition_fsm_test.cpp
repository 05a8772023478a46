#include "tests/actors/policies/acquisition_fsm_fixture.hpp"

#include <catch2/catch.hpp>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("the machine starts idle and disposable") {
  const auto machine = make_fsm();
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.is_disposable(1h));
  CHECK_FALSE(machine.refusal(start + 1s, start));
  CHECK_THROWS_AS(machine.request(), std::bad_variant_access);
  CHECK_THROWS_AS(machine.leg(), std::bad_variant_access);
}

TEST_CASE("a request starts an acquisition, and later ones join it") {
  auto machine = make_fsm();
  const auto [started, attempt] =
      both<report_start, start_attempt>(machine.on_request({.resource = "a"}, start));
  CHECK_FALSE(started.in_background);
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.request().resource == "a");
  CHECK(machine.leg() == 0);
  CHECK_FALSE(machine.is_disposable(0s));
  CHECK(machine.on_request({.resource = "b"}, start).empty());
  CHECK(machine.request().resource == "a");
  auto paused = pausing();
  CHECK(paused.on_request({.resource = "b"}, start).empty());
  CHECK(paused.current_phase() == phase::pausing);
}

TEST_CASE("a request that arrives while the machine is ending fails with the reason") {
  auto machine = ending();
  REQUIRE(machine.refusal(start + 1h, start));
  CHECK(machine.refusal(start + 1h, start)->code == errc::shutting_down);
  CHECK_THROWS_AS(machine.on_request({.resource = "a"}, start), std::bad_variant_access);
}

TEST_CASE("a refresh that becomes due starts an acquisition in the background") {
  auto machine = make_fsm();
  const auto [started, attempt] =
      both<report_start, start_attempt>(machine.on_refresh_due({.resource = "r"}, start));
  CHECK(started.in_background);
  CHECK(machine.current_phase() == phase::asking);
}

TEST_CASE("a refresh that becomes due during an acquisition joins it") {
  auto machine = asking();
  CHECK(machine.on_refresh_due({.resource = "r"}, start).empty());
  CHECK(only<publish_token>(machine.on_result(granted(true), without_waiters())).refreshing);
  auto paused = pausing();
  CHECK(paused.on_refresh_due({.resource = "r"}, start).empty());
  paused.on_retry_due(1);
  CHECK(only<publish_token>(paused.on_result(granted(true), without_waiters())).refreshing);
  CHECK_FALSE(only<publish_token>(asking().on_result(granted(true), without_waiters())).refreshing);
}

TEST_CASE("a refresh that becomes due while the machine is ending is ignored") {
  auto machine = ending();
  CHECK(machine.on_refresh_due({.resource = "r"}, start).empty());
  CHECK(machine.current_phase() == phase::ending);
}

TEST_CASE("while pausing, only requests that the next attempt could serve wait") {
  const auto machine = pausing();
  REQUIRE(machine.refusal(start + 1s, start));
  CHECK(machine.refusal(start + 1s, start)->http_status == 503);
  CHECK_FALSE(machine.refusal(start + 1s + 1ms, start));
}

TEST_CASE("a refresh clears the negative cache") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s));
  machine.on_refresh_due({.resource = "r"}, start + 1s);
  CHECK_FALSE(machine.refusal(start + 30s, start + 1s));
}

TEST_CASE("a retry of the first leg encodes the request again") {
  auto machine = pausing();
  only<start_attempt>(machine.on_retry_due(1));
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.request().resource == "r");
}

TEST_CASE("a retry of a later leg repeats the request that was sent") {
  auto machine = asking();
  machine.on_result(challenged{challenge_reply()}, without_waiters());
  machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s));
  CHECK(only<send_request>(machine.on_retry_due(1)).request.url == "reply");
  CHECK(machine.leg() == 1);
}

TEST_CASE("a retry that is due for an earlier pause is ignored") {
  auto machine = pausing();
  CHECK(machine.on_retry_due(0).empty());
  CHECK(machine.on_retry_due(2).empty());
  CHECK(machine.current_phase() == phase::pausing);
  machine.on_retry_due(1);
  CHECK(machine.on_retry_due(1).empty());
  machine.on_result(attempt_failed{with_status(503), false},
                    waiting_until(start + 30s, start + 1s));
  CHECK(machine.on_retry_due(1).empty());
  CHECK(machine.current_phase() == phase::pausing);
  CHECK(make_fsm().on_retry_due(0).empty());
  CHECK(ending().on_retry_due(0).empty());
}

TEST_CASE("a pause ends with its failure when the last waiter leaves") {
  auto machine = pausing();
  const auto failed =
      only<report_failure>(machine.on_last_waiter_left(without_waiters(start + 500ms)));
  CHECK(failed.failure.http_status == 503);
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.on_retry_due(1).empty());
}

TEST_CASE("a request in flight continues when the last waiter leaves") {
  auto machine = asking();
  CHECK(machine.on_last_waiter_left(without_waiters()).empty());
  CHECK(machine.current_phase() == phase::asking);
  CHECK(make_fsm().on_last_waiter_left(without_waiters()).empty());
  CHECK(ending().on_last_waiter_left(without_waiters()).empty());
}

TEST_CASE("an exit answers all waiters in every phase, and is final") {
  auto machine = GENERATE(make_fsm(), asking(), refreshing(), pausing(), ending());
  const auto answer =
      only<answer_waiters>(machine.on_exit(make_error(errc::actor_terminated, "died")));
  CHECK(answer.deadline == never);
  CHECK(answer.failure.code == errc::actor_terminated);
  CHECK(machine.current_phase() == phase::ending);
  CHECK_FALSE(machine.is_disposable(0s));
  CHECK(machine.refusal(never, start)->code == errc::actor_terminated);
}
