// What the state machine of an acquisition does when a request has ended.
#include "tests/actors/policies/acquisition_fsm_fixture.hpp"
#include "tests/support/catch.hpp"

namespace acquisition_result_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("each challenge is answered with the next request of the attempt") {
  auto machine = asking();
  CHECK(only<send_request>(machine.on_result(challenged{challenge_reply("1")}, without_waiters()))
            .request.url == "1");
  CHECK(machine.leg() == 1);
  CHECK(only<send_request>(machine.on_result(challenged{challenge_reply("2")}, without_waiters()))
            .request.url == "2");
  CHECK(machine.leg() == 2);
  CHECK(machine.current_phase() == phase::asking);
}

TEST_CASE("a challenge ends an attempt that was withdrawn, unless somebody waits again") {
  auto machine = asking();
  only<withdraw_attempt>(machine.on_waiter_left(without_waiters(start + 1s)));
  SECTION("without waiters") {
    only<end_attempt>(
        machine.on_result(challenged{challenge_reply()}, without_waiters(start + 1s)));
    only<report_failure>(machine.on_result(timed_out(), without_waiters(start + 1s)));
  }
  SECTION("with a new waiter") {
    only<send_request>(
        machine.on_result(challenged{challenge_reply()}, waiting_until(start + 9s, start + 1s)));
    only<withdraw_attempt>(machine.on_waiter_left(without_waiters(start + 2s)));
  }
  SECTION("as a refresh") {
    machine.on_refresh_due({.resource = "r"}, without_waiters(start + 1s));
    only<send_request>(
        machine.on_result(challenged{challenge_reply()}, without_waiters(start + 1s)));
  }
}

TEST_CASE("responses are ignored while the machine is ending") {
  auto machine = ending();
  CHECK(machine.on_result(challenged{challenge_reply()}, without_waiters()).empty());
  CHECK(machine.on_result(granted(true), without_waiters()).empty());
  CHECK(machine.on_result(attempt_failed{with_status(503), false}, waiting_until(never)).empty());
  CHECK(machine.on_result(attempt_failed{with_status(400), true}, without_waiters()).empty());
  CHECK(machine.on_result(attempt_not_admitted{with_status(0), 1s}, waiting_until(start + 9s))
            .empty());
  CHECK(machine.current_phase() == phase::ending);
}

TEST_CASE("responses are illegal while no request is in flight") {
  auto machine = GENERATE_COPY(make_fsm(), pausing());
  const auto before = machine.current_phase();
  CHECK_THROWS_AS(machine.on_result(challenged{challenge_reply()}, without_waiters()),
                  std::bad_variant_access);
  CHECK_THROWS_AS(machine.on_result(granted(true), without_waiters()), std::bad_variant_access);
  CHECK_THROWS_AS(
      machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 9s)),
      std::bad_variant_access);
  CHECK_THROWS_AS(
      machine.on_result(attempt_not_admitted{with_status(0), 1s}, waiting_until(start + 9s)),
      std::bad_variant_access);
  CHECK(machine.current_phase() == before);
}

TEST_CASE("a token ends the acquisition and is published with its validity") {
  auto machine = asking();
  const auto done = only<publish_token>(machine.on_result(granted(true), without_waiters()));
  CHECK(done.is_new);
  CHECK(done.started_at == start);
  CHECK(done.at.boot == granted_at.boot);
  CHECK(done.grant.refresh_on == granted_at.wall + 12h);
  CHECK(done.validity.refresh_at == granted_at.boot + 12h);
  CHECK(done.validity.end.boot == granted_at.boot + 24h - 300s);
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.is_disposable(1h, start + 1h));
}

TEST_CASE("a token that the host returned before is refreshed after longer and longer pauses") {
  auto machine = make_fsm();
  for (const auto pause : {30s, 60s, 120s}) {
    machine.on_refresh_due({.resource = "r"}, without_waiters());
    const auto done = only<publish_token>(machine.on_result(granted(false), without_waiters()));
    CHECK_FALSE(done.is_new);
    CHECK(done.validity.refresh_at == granted_at.boot + pause);
    CHECK_FALSE(machine.is_disposable(1h, start + 1h));
    CHECK(machine.is_disposable(0s, start + 1h));
  }
  machine.on_refresh_due({.resource = "r"}, without_waiters());
  machine.on_result(granted(true), without_waiters());
  CHECK(machine.is_disposable(1h, start + 1h));
}

TEST_CASE("a transient failure pauses, and waiters that cannot wait for the retry are answered") {
  auto machine = asking();
  const auto [pause, answer] = both<pause_until, answer_waiters>(
      machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s)));
  CHECK(answer.deadline == start + 1'100ms);
  CHECK(answer.failure.http_status == 503);
  CHECK(machine.asked_again_at() == start + 1s);
  CHECK(pause.at == start + 1s);
  CHECK(pause.timer == 1);
  CHECK(pause.failure.http_status == 503);
  CHECK(machine.current_phase() == phase::pausing);
  CHECK(machine.request().resource == "r");
  CHECK_FALSE(machine.is_disposable(0s, start + 1h));
}

TEST_CASE("a transient failure without waiters ends the acquisition") {
  auto machine = asking();
  const auto failed = only<report_failure>(
      machine.on_result(attempt_failed{with_status(503), false}, without_waiters(start + 2s)));
  CHECK(failed.failure.http_status == 503);
  CHECK(failed.started_at == start);
  CHECK_FALSE(failed.next_refresh);
  CHECK(failed.failure.retry_after == 1s);
  CHECK(machine.current_phase() == phase::idle);
  CHECK_FALSE(machine.refusal(start + 10s, start + 3s));
}

TEST_CASE("an acquisition fails when its attempts are used up, and the next one has its own") {
  auto machine = make_fsm(1);
  machine.on_request({.resource = "r"}, start);
  const auto failed = attempt_failed{with_status(503), false};
  const auto pause =
      both<pause_until, answer_waiters>(machine.on_result(failed, waiting_until(never))).first;
  only<start_attempt>(machine.on_timer(pause.timer, waiting_until(never, start + 1s)));
  only<report_failure>(machine.on_result(failed, waiting_until(never, start + 1s)));
  machine.on_request({.resource = "r"}, start + 3s);
  CHECK(
      both<pause_until, answer_waiters>(machine.on_result(failed, waiting_until(never, start + 3s)))
          .first.at == start + 7s);
}

TEST_CASE("a refusal stays in the negative cache for its time, then the host is asked again") {
  auto machine = asking();
  only<report_failure>(
      machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s)));
  REQUIRE(machine.refusal(start + 30s, start + 4'999ms));
  CHECK(machine.refusal(start + 30s, start + 4'999ms)->http_status == 400);
  // It would be forgotten with its actor.
  CHECK_FALSE(machine.is_disposable(0s, start + 4'999ms));
  CHECK(machine.is_disposable(0s, start + 4'999ms, true));
  CHECK(machine.is_disposable(0s, start + 5s));
  CHECK_FALSE(machine.refusal(start + 30s, start + 5s));
}

TEST_CASE("a refusal is answered without an advice to repeat the request") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s));
  CHECK_FALSE(machine.refusal(start + 30s, start)->retry_after);
}

TEST_CASE("a waiter that no attempt can serve learns when the next attempt begins") {
  constexpr auto sentence =
      "The caller's deadline leaves no time for another attempt, which can begin in 1 s";
  const attempt_failed failed{with_status(503), false};
  auto machine = asking();
  const auto last =
      only<report_failure>(machine.on_result(failed, waiting_until(start + 500ms))).failure;
  CHECK(last.advice == sentence);
  CHECK(last.message == failed.failure.message);
  CHECK(machine.refusal(start + 500ms, start)->advice == sentence);
  auto nearly = asking();
  CHECK(only<report_failure>(nearly.on_result(failed, waiting_until(start + 1'100ms)))
            .failure.advice == sentence);
  auto other = asking();
  const auto early =
      both<pause_until, answer_waiters>(other.on_result(failed, waiting_until(never)));
  CHECK(early.first.failure.advice.empty());
  CHECK(early.second.failure.advice == sentence);
  CHECK(other.refusal(start + 500ms, start)->advice == sentence);
}

TEST_CASE("a failure says nothing of a deadline that is not its reason") {
  const attempt_failed failed{with_status(503), false};
  auto refresh = refreshing();
  CHECK(only<report_failure>(refresh.on_result(failed, without_waiters())).failure.advice.empty());
  auto used_up = make_fsm(0);
  used_up.on_request({.resource = "r"}, start);
  CHECK(
      only<report_failure>(used_up.on_result(failed, waiting_until(never))).failure.advice.empty());
  auto refused = asking();
  CHECK(only<report_failure>(
            refused.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 500ms)))
            .failure.advice.empty());
}

TEST_CASE("a request with claims that the host ignores does not count as a refresh") {
  auto machine = make_fsm();
  machine.on_request({.resource = "r", .claims = "{}"}, start);
  only<publish_token>(machine.on_result(granted(false), without_waiters()));
  CHECK(machine.is_disposable(1h, start));
}

TEST_CASE(
    "a refresh that fails is tried again after ever longer pauses, as long as the host asks") {
  auto machine = make_fsm();
  auto at = without_waiters();
  at.usable_for = 24h;
  for (const auto pause : {30s, 60s}) {
    at.now += 1h;
    machine.on_refresh_due({.resource = "r"}, at);
    CHECK(only<report_failure>(machine.on_result(attempt_failed{with_status(503), false}, at))
              .next_refresh == pause);
    CHECK_FALSE(machine.is_disposable(1h, at.now + 1h));
  }
  at.now += 1h;
  machine.on_refresh_due({.resource = "r"}, at);
  auto failure = with_status(429);
  failure.retry_after = 600s;
  CHECK(only<report_failure>(machine.on_result(attempt_failed{failure, false}, at)).next_refresh ==
        600s);
}

TEST_CASE("a request that was not admitted is sent again for the waiters with more time") {
  auto machine = asking();
  machine.on_result(challenged{challenge_reply()}, without_waiters());
  const auto failure = make_error(errc::deadline_exceeded, "too late");
  const auto [answer, attempt] = both<answer_waiters, start_attempt>(
      machine.on_result(attempt_not_admitted{failure, 2s}, waiting_until(start + 2s + 1ms)));
  CHECK(answer.deadline == start + 2s);
  CHECK(answer.failure.message == "too late");
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.leg() == 0);
}

TEST_CASE("a request that was not admitted fails if no waiter can wait for its admission") {
  const auto at = GENERATE(waiting_until(start + 2s), without_waiters());
  auto machine = asking();
  const auto failure = make_error(errc::deadline_exceeded, "too late");
  const auto [answer, failed] = both<answer_waiters, report_failure>(
      machine.on_result(attempt_not_admitted{failure, 2s}, at));
  CHECK(answer.deadline == start + 2s);
  CHECK(failed.failure.message == "too late");
  CHECK(machine.current_phase() == phase::idle);
}

TEST_CASE("a refresh that was not admitted is postponed") {
  auto machine = refreshing();
  auto at = without_waiters();
  at.usable_for = 1h;
  const auto failure = make_error(errc::deadline_exceeded, "too late");
  CHECK(
      both<answer_waiters, report_failure>(machine.on_result(attempt_not_admitted{failure, 2s}, at))
          .second.next_refresh == 30s);
}

TEST_CASE("a refusal that may pass is retried, and refuses no other caller meanwhile") {
  fsm machine{retry_policy{profile_of(identity_host::workload_identity), {}}, 5s};
  auto failure = with_status(401);
  failure.service_description = "AADSTS70021: no such record";
  machine.on_request({.resource = "r"}, start);
  machine.on_result(attempt_failed{failure, true}, waiting_until(start + 30s));
  CHECK(machine.current_phase() == phase::pausing);
  CHECK_FALSE(machine.refusal(start + 30s, start));
}

}  // namespace acquisition_result_test
