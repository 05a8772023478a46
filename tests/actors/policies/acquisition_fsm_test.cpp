#include "tests/actors/policies/acquisition_fsm_fixture.hpp"
#include "tests/support/catch.hpp"

namespace acquisition_fsm_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("the machine starts idle and disposable") {
  const auto machine = make_fsm();
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.is_disposable(1h, start));
  CHECK_FALSE(machine.refusal(start + 1s, start));
  CHECK_THROWS_AS(machine.request(), std::bad_variant_access);
  CHECK_THROWS_AS(machine.leg(), std::bad_variant_access);
}

TEST_CASE("a request starts an acquisition") {
  auto machine = make_fsm();
  const auto [started, attempt] =
      both<report_start, start_attempt>(machine.on_request({.resource = "a"}, start));
  CHECK_FALSE(started.in_background);
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.request().resource == "a");
  CHECK(machine.leg() == 0);
  CHECK_FALSE(machine.is_disposable(0s, start));
}

TEST_CASE("a request during an acquisition does not start another one") {
  for (auto machine : {asking(), pausing()}) {
    CHECK_THROWS_AS(machine.on_request({.resource = "b"}, start), std::bad_variant_access);
    CHECK(machine.request().resource == "r");
  }
}

TEST_CASE("a request that arrives while the machine is ending fails with the reason") {
  auto machine = ending();
  REQUIRE(machine.refusal(start + 1h, start));
  CHECK(machine.refusal(start + 1h, start)->code == errc::shutting_down);
  CHECK_THROWS_AS(machine.on_request({.resource = "a"}, start), std::bad_variant_access);
}

TEST_CASE("a refresh that becomes due starts an acquisition in the background") {
  auto machine = make_fsm();
  const auto [started, attempt] = both<report_start, start_attempt>(
      machine.on_refresh_due({.resource = "r"}, without_waiters()));
  CHECK(started.in_background);
  CHECK(machine.current_phase() == phase::asking);
}

TEST_CASE("a refresh that becomes due during an acquisition joins it") {
  auto machine = asking();
  CHECK(machine.on_refresh_due({.resource = "r"}, without_waiters()).empty());
  CHECK(only<publish_token>(machine.on_result(granted(true), without_waiters())).refreshing);
  auto paused = pausing();
  CHECK(paused.on_refresh_due({.resource = "r"}, without_waiters()).empty());
  paused.on_timer(1, without_waiters(start + 1s));
  CHECK(only<publish_token>(paused.on_result(granted(true), without_waiters())).refreshing);
  CHECK_FALSE(only<publish_token>(asking().on_result(granted(true), without_waiters())).refreshing);
}

TEST_CASE("a refresh that becomes due while the machine is ending is ignored") {
  auto machine = ending();
  CHECK(machine.on_refresh_due({.resource = "r"}, without_waiters()).empty());
  CHECK(machine.current_phase() == phase::ending);
}

TEST_CASE("while pausing, only requests that the next attempt could serve wait") {
  const auto machine = pausing();
  REQUIRE(machine.refusal(start + 1s, start));
  CHECK(machine.refusal(start + 1s, start)->http_status == 503);
  CHECK(machine.refusal(start + 1'100ms, start)->retry_after == 1s);
  CHECK_FALSE(machine.refusal(start + 1'100ms + 1ns, start));
  // The timer is late.
  CHECK_FALSE(machine.refusal(start + 1'050ms, start + 1s));
}

TEST_CASE("a refresh that becomes due after a refusal fails with it, and is postponed") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s));
  auto at = without_waiters(start + 1s);
  at.usable_for = 1h;
  const auto [started, failed] =
      both<report_start, report_failure>(machine.on_refresh_due({.resource = "r"}, at));
  CHECK(failed.failure.http_status == 400);
  CHECK(failed.next_refresh == 30s);
  CHECK(machine.current_phase() == phase::idle);
  REQUIRE(machine.refusal(start + 30s, start + 1s));
  CHECK(machine.refusal(start + 30s, start + 1s)->http_status == 400);
  at.now = start + 5s;
  both<report_start, start_attempt>(machine.on_refresh_due({.resource = "r"}, at));
}

TEST_CASE("a retry of the first leg encodes the request again") {
  auto machine = pausing();
  only<start_attempt>(machine.on_timer(1, waiting_until(start + 30s, start + 1s)));
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.request().resource == "r");
}

TEST_CASE("a retry of a later leg repeats the request that was sent") {
  auto machine = asking();
  machine.on_result(challenged{challenge_reply()}, without_waiters());
  machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s));
  CHECK(
      only<send_request>(machine.on_timer(1, waiting_until(start + 30s, start + 1s))).request.url ==
      "reply");
  CHECK(machine.leg() == 1);
}

TEST_CASE("a timer of an earlier phase is ignored") {
  const auto later = waiting_until(start + 30s, start + 1s);
  auto machine = pausing();
  CHECK(machine.on_timer(0, later).empty());
  CHECK(machine.on_timer(2, later).empty());
  CHECK(machine.current_phase() == phase::pausing);
  machine.on_timer(1, later);
  CHECK(machine.on_timer(1, later).empty());
  machine.on_result(attempt_failed{with_status(503), false}, later);
  CHECK(machine.on_timer(1, later).empty());
  CHECK(machine.current_phase() == phase::pausing);
  CHECK(make_fsm().on_timer(0, later).empty());
  CHECK(ending().on_timer(0, later).empty());
}

TEST_CASE("a retry is not made for waiters that have left meanwhile") {
  for (const auto& at : {without_waiters(start + 1s), waiting_until(start + 1s, start + 1s)}) {
    auto machine = pausing();
    CHECK(only<report_failure>(machine.on_timer(1, at)).failure.http_status == 503);
    CHECK(machine.current_phase() == phase::idle);
  }
}

TEST_CASE("a pause ends with its failure when the last waiter leaves") {
  auto machine = pausing();
  CHECK(machine.on_waiter_left(waiting_until(start + 9s, start + 500ms)).empty());
  const auto failed = only<report_failure>(machine.on_waiter_left(without_waiters(start + 500ms)));
  CHECK(failed.failure.http_status == 503);
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.on_timer(1, without_waiters(start + 1s)).empty());
}

TEST_CASE("a timer that is late ends no later pause") {
  auto machine = pausing();
  const auto resumed = start + 1s;
  only<start_attempt>(machine.on_timer(1, waiting_until(start + 30s, resumed)));
  const auto given_up = only<set_timer>(machine.on_waiter_left(without_waiters(resumed)));
  const auto failed = machine.on_result(attempt_failed{with_status(503), false},
                                        waiting_until(start + 30s, resumed));
  REQUIRE(machine.current_phase() == phase::pausing);
  const auto next = both<pause_until, answer_waiters>(failed).first;
  CHECK(given_up.timer != 1);
  CHECK(next.timer != 1);
  CHECK(next.timer != given_up.timer);
  CHECK(machine.on_timer(1, waiting_until(start + 30s, next.at)).empty());
  only<start_attempt>(machine.on_timer(next.timer, waiting_until(start + 30s, next.at)));
}

TEST_CASE("the timer of a pause that its waiters left gives up no later attempt") {
  auto machine = pausing();
  machine.on_waiter_left(without_waiters(start + 500ms));
  const auto resumed = start + 1s;
  const auto pause =
      both<report_start, pause_until>(machine.on_request({.resource = "r"}, start + 600ms)).second;
  only<start_attempt>(machine.on_timer(pause.timer, waiting_until(start + 30s, resumed)));
  only<set_timer>(machine.on_waiter_left(without_waiters(resumed)));
  CHECK(machine.on_timer(1, without_waiters(resumed)).empty());
}

TEST_CASE("an attempt that nobody waits for ends once the host has had time to answer") {
  SECTION("after its minimum time, when the last waiter leaves") {
    auto machine = asking();
    only<withdraw_attempt>(machine.on_waiter_left(without_waiters(start + 1s)));
    CHECK(machine.current_phase() == phase::asking);
    CHECK(machine.on_waiter_left(without_waiters(start + 2s)).empty());
  }
  SECTION("before it, by a timer") {
    auto machine = asking();
    const auto timer = only<set_timer>(machine.on_waiter_left(without_waiters(start + 10ms)));
    CHECK(timer.at == start + 1s);
    SECTION("without new waiters") {
      only<withdraw_attempt>(machine.on_timer(timer.timer, without_waiters(timer.at)));
    }
    SECTION("but not if another request has joined") {
      CHECK(machine.on_timer(timer.timer, waiting_until(start + 9s, timer.at)).empty());
    }
    SECTION("but not if its refresh has become due") {
      machine.on_refresh_due({.resource = "r"}, without_waiters(start + 20ms));
      CHECK(machine.on_timer(timer.timer, without_waiters(timer.at)).empty());
    }
  }
  SECTION("never if it is a refresh") {
    CHECK(refreshing().on_waiter_left(without_waiters(start + 9s)).empty());
  }
  CHECK(make_fsm().on_waiter_left(without_waiters()).empty());
  CHECK(ending().on_waiter_left(without_waiters()).empty());
}

TEST_CASE("a first attempt that lets a deadline pass is repeated for the other waiters") {
  auto machine = asking();
  CHECK(machine.on_waiter_left(waiting_until(start + 30s, start + 999ms)).empty());
  only<withdraw_attempt>(machine.on_waiter_left(waiting_until(start + 30s, start + 2s)));
  const auto [pause, answer] = both<pause_until, answer_waiters>(
      machine.on_result(timed_out(), waiting_until(start + 30s, start + 2s)));
  CHECK(pause.at == start + 2s);
  const auto now = waiting_until(start + 30s, start + 2s);
  only<start_attempt>(machine.on_timer(pause.timer, now));
  // The second one has its full time: the host may be slow.
  CHECK(machine.on_waiter_left(waiting_until(start + 30s, start + 9s)).empty());
  CHECK(machine.attempt_time(now) == 10s);
}

TEST_CASE("after a failure, the next acquisition begins when the host may be asked again") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 500ms));
  REQUIRE(machine.current_phase() == phase::idle);
  CHECK_FALSE(machine.is_disposable(0s, start + 999ms));
  CHECK(machine.is_disposable(0s, start + 1s));
  const auto told = machine.refusal(start + 1s, start + 400ms);
  REQUIRE(told);
  CHECK(told->http_status == 503);
  CHECK(told->retry_after == 600ms);
  CHECK(machine.refusal(start + 1'100ms, start + 400ms));
  CHECK_FALSE(machine.refusal(start + 1'100ms + 1ns, start + 400ms));
  CHECK_FALSE(machine.refusal(start + 2s, start + 1s));
  SECTION("a request waits until then") {
    const auto [started, pause] =
        both<report_start, pause_until>(machine.on_request({.resource = "r"}, start + 400ms));
    CHECK_FALSE(started.in_background);
    CHECK(pause.at == start + 1s);
    CHECK(pause.failure.http_status == 503);
    CHECK(machine.current_phase() == phase::pausing);
    only<start_attempt>(machine.on_timer(pause.timer, waiting_until(start + 9s, start + 1s)));
  }
  SECTION("a refresh, too") {
    const auto [started, pause] = both<report_start, pause_until>(
        machine.on_refresh_due({.resource = "r"}, without_waiters(start + 400ms)));
    CHECK(started.in_background);
    only<start_attempt>(machine.on_timer(pause.timer, without_waiters(start + 1s)));
  }
  SECTION("a later request starts immediately, and its failure pauses longer") {
    both<report_start, start_attempt>(machine.on_request({.resource = "r"}, start + 1s));
    CHECK(
        both<pause_until, answer_waiters>(machine.on_result(attempt_failed{with_status(503), false},
                                                            waiting_until(start + 9s, start + 1s)))
            .first.at == start + 3s);
  }
}

TEST_CASE("a failure that waiting does not change answers all requests until the next attempt") {
  auto machine = asking();
  auto failure = with_status(200);
  failure.code = errc::invalid_response;
  machine.on_result(attempt_failed{failure, false}, waiting_until(start + 30s));
  REQUIRE(machine.refusal(start + 30s, start + 999ms));
  CHECK(machine.refusal(start + 30s, start + 999ms)->code == errc::invalid_response);
  CHECK_FALSE(machine.refusal(start + 30s, start + 1s));
}

TEST_CASE("a failure on this machine does not determine when the host is asked") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(0), false, true}, waiting_until(start + 30s));
  CHECK_FALSE(machine.refusal(start + 30s, start));
  CHECK(machine.is_disposable(0s, start));
}

TEST_CASE("a token clears the memory of failures") {
  auto machine = pausing();
  machine.on_timer(1, waiting_until(start + 30s, start + 1s));
  machine.on_result(granted(true), waiting_until(start + 30s, start + 1s));
  CHECK_FALSE(machine.refusal(start + 1s + 1ms, start + 1s));
  CHECK_FALSE(machine.asked_again_at());
  both<report_start, start_attempt>(machine.on_request({.resource = "r"}, start + 1s));
  CHECK(both<pause_until, answer_waiters>(machine.on_result(attempt_failed{with_status(503), false},
                                                            waiting_until(start + 9s, start + 1s)))
            .first.at == start + 2s);
}

TEST_CASE("the failure of an earlier actor is remembered") {
  auto machine = make_fsm();
  machine.remember(make_error(errc::actor_terminated, "died"), start + 4s);
  CHECK(machine.refusal(start + 4s, start)->code == errc::actor_terminated);
  CHECK(both<report_start, pause_until>(machine.on_request({.resource = "r"}, start)).second.at ==
        start + 4s);
}

TEST_CASE("an exit answers all waiters in every phase, and is final") {
  auto machine = GENERATE(make_fsm(), asking(), refreshing(), pausing(), ending());
  const auto answer =
      only<answer_waiters>(machine.on_exit(make_error(errc::actor_terminated, "died")));
  CHECK(answer.deadline == never);
  CHECK(answer.failure.code == errc::actor_terminated);
  CHECK(machine.current_phase() == phase::ending);
  CHECK_FALSE(machine.is_disposable(0s, start));
  CHECK(machine.refusal(never, start)->code == errc::actor_terminated);
}

}  // namespace acquisition_fsm_test
