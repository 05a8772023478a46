#include "actors/policies/acquisition_fsm.hpp"

#include "messages/make_error.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;

namespace {

using fsm = acquisition_fsm;
using phase = fsm::phase;

const fsm::time_point start{1'000s};
const clock_reading granted_at{std::chrono::sys_seconds{1'900'000'000s},
                               boot_clock::time_point{5'000s}};
const fsm::time_point never = fsm::time_point::max();

fsm make_fsm() { return {retry_policy{identity_host::imds}, 5s}; }

fsm::conditions waiting_until(fsm::time_point deadline, fsm::time_point now = start) {
  return {.now = now, .last_deadline = deadline};
}

fsm::conditions nobody_waits(fsm::time_point now = start) { return {.now = now}; }

error with_status(int status) {
  auto result = make_error(status >= 500 ? errc::service_unavailable : errc::request_rejected,
                           "status " + std::to_string(status));
  result.http_status = status;
  return result;
}

token_grant token_for(std::chrono::seconds life) {
  token_grant result;
  result.token = secret{"token"};
  result.expires_on = granted_at.wall + life;
  return result;
}

token_granted granted(bool is_new) { return {token_for(24h), is_new, granted_at}; }

http_request challenge_reply(std::string url = "reply") {
  http_request result;
  result.url = std::move(url);
  return result;
}

// A machine in each phase.
fsm asking() {
  auto result = make_fsm();
  result.on_request({.resource = "r"}, start);
  return result;
}

fsm refreshing() {
  auto result = make_fsm();
  result.on_refresh_due({.resource = "r"}, start);
  return result;
}

// Its pause, number 1, ends at start + 1s.
fsm pausing() {
  auto result = asking();
  result.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s));
  return result;
}

fsm ending() {
  auto result = asking();
  result.on_exit(make_error(errc::shutting_down, "the end"));
  return result;
}

template <class Action>
const Action& only(const acquisition_actions& actions) {
  REQUIRE(actions.size() == 1);
  REQUIRE(std::holds_alternative<Action>(actions[0]));
  return std::get<Action>(actions[0]);
}

template <class First, class Second>
std::pair<First, Second> both(const acquisition_actions& actions) {
  REQUIRE(actions.size() == 2);
  REQUIRE(std::holds_alternative<First>(actions[0]));
  REQUIRE(std::holds_alternative<Second>(actions[1]));
  return {std::get<First>(actions[0]), std::get<Second>(actions[1])};
}

}  // namespace

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

TEST_CASE("a request that arrives while the machine is ending is refused with the reason") {
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
  CHECK(only<publish_token>(machine.on_result(granted(true), nobody_waits())).refreshing);
  auto paused = pausing();
  CHECK(paused.on_refresh_due({.resource = "r"}, start).empty());
  paused.on_retry_due(1);
  CHECK(only<publish_token>(paused.on_result(granted(true), nobody_waits())).refreshing);
  CHECK_FALSE(only<publish_token>(asking().on_result(granted(true), nobody_waits())).refreshing);
}

TEST_CASE("a refresh that becomes due while the machine is ending is ignored") {
  auto machine = ending();
  CHECK(machine.on_refresh_due({.resource = "r"}, start).empty());
  CHECK(machine.current_phase() == phase::ending);
}

TEST_CASE("each challenge is answered with the next request of the attempt") {
  auto machine = asking();
  CHECK(only<send_request>(machine.on_result(challenged{challenge_reply("1")}, nobody_waits()))
            .request.url == "1");
  CHECK(machine.leg() == 1);
  CHECK(only<send_request>(machine.on_result(challenged{challenge_reply("2")}, nobody_waits()))
            .request.url == "2");
  CHECK(machine.leg() == 2);
  CHECK(machine.current_phase() == phase::asking);
}

TEST_CASE("responses are ignored while the machine is ending") {
  auto machine = ending();
  CHECK(machine.on_result(challenged{challenge_reply()}, nobody_waits()).empty());
  CHECK(machine.on_result(granted(true), nobody_waits()).empty());
  CHECK(machine.on_result(attempt_failed{with_status(503), false}, waiting_until(never)).empty());
  CHECK(machine.on_result(attempt_failed{with_status(400), true}, nobody_waits()).empty());
  CHECK(machine.on_result(attempt_not_admitted{with_status(0), 1s}, waiting_until(start + 9s))
            .empty());
  CHECK(machine.current_phase() == phase::ending);
}

TEST_CASE("responses are illegal while no request is in flight") {
  auto machine = GENERATE_COPY(make_fsm(), pausing());
  const auto before = machine.current_phase();
  CHECK_THROWS_AS(machine.on_result(challenged{challenge_reply()}, nobody_waits()),
                  std::bad_variant_access);
  CHECK_THROWS_AS(machine.on_result(granted(true), nobody_waits()), std::bad_variant_access);
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
  const auto done = only<publish_token>(machine.on_result(granted(true), nobody_waits()));
  CHECK(done.is_new);
  CHECK(done.started_at == start);
  CHECK(done.at.boot == granted_at.boot);
  CHECK(done.grant.refresh_on == granted_at.wall + 12h);
  CHECK(done.validity.refresh_at == granted_at.boot + 12h);
  CHECK(done.validity.end.boot == granted_at.boot + 24h - 300s);
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.is_disposable(1h));
}

TEST_CASE("a token that the host returned before is refreshed after ever longer pauses") {
  auto machine = make_fsm();
  for (const auto pause : {30s, 60s, 120s}) {
    machine.on_refresh_due({.resource = "r"}, start);
    const auto done = only<publish_token>(machine.on_result(granted(false), nobody_waits()));
    CHECK_FALSE(done.is_new);
    CHECK(done.validity.refresh_at == granted_at.boot + pause);
    CHECK_FALSE(machine.is_disposable(1h));
    CHECK(machine.is_disposable(0s));
  }
  machine.on_refresh_due({.resource = "r"}, start);
  machine.on_result(granted(true), nobody_waits());
  CHECK(machine.is_disposable(1h));
}

TEST_CASE("a transient failure pauses, and waiters that cannot wait for the retry are answered") {
  auto machine = asking();
  const auto [answer, pause] = both<answer_waiters, pause_until>(
      machine.on_result(attempt_failed{with_status(503), false}, waiting_until(start + 30s)));
  CHECK(answer.deadline == start + 1s);
  CHECK(answer.failure.http_status == 503);
  CHECK(pause.at == start + 1s);
  CHECK(pause.attempt == 1);
  CHECK(pause.failure.http_status == 503);
  CHECK(machine.current_phase() == phase::pausing);
  CHECK(machine.request().resource == "r");
  CHECK_FALSE(machine.is_disposable(0s));
}

TEST_CASE("while pausing, only requests that the next attempt could serve wait") {
  const auto machine = pausing();
  REQUIRE(machine.refusal(start + 1s, start));
  CHECK(machine.refusal(start + 1s, start)->http_status == 503);
  CHECK_FALSE(machine.refusal(start + 1s + 1ms, start));
}

TEST_CASE("a transient failure that nobody waits for ends the acquisition") {
  auto machine = asking();
  const auto failed = only<report_failure>(
      machine.on_result(attempt_failed{with_status(503), false}, nobody_waits(start + 2s)));
  CHECK(failed.failure.http_status == 503);
  CHECK(failed.started_at == start);
  CHECK_FALSE(failed.next_refresh);
  CHECK(machine.current_phase() == phase::idle);
  CHECK_FALSE(machine.refusal(start + 10s, start + 3s));
}

TEST_CASE("an acquisition fails when its attempts are used up, and the next one has its own") {
  auto machine = asking();
  auto now = start;
  for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
    const auto pause =
        both<answer_waiters, pause_until>(
            machine.on_result(attempt_failed{with_status(503), false}, waiting_until(never, now)))
            .second;
    CHECK(pause.attempt == attempt);
    now = pause.at;
    only<start_attempt>(machine.on_retry_due(attempt));
  }
  only<report_failure>(
      machine.on_result(attempt_failed{with_status(503), false}, waiting_until(never, now)));
  machine.on_request({.resource = "r"}, now);
  const auto pause =
      both<answer_waiters, pause_until>(
          machine.on_result(attempt_failed{with_status(503), false}, waiting_until(never, now)))
          .second;
  CHECK(pause.at == now + 1s);
  CHECK(pause.attempt == 4);
}

TEST_CASE("a refusal is remembered for the time that was set, and then asked for again") {
  auto machine = asking();
  only<report_failure>(
      machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s)));
  REQUIRE(machine.refusal(start + 30s, start + 4'999ms));
  CHECK(machine.refusal(start + 30s, start + 4'999ms)->http_status == 400);
  CHECK_FALSE(machine.refusal(start + 30s, start + 5s));
}

TEST_CASE("a permanent failure that is not a refusal is not remembered") {
  auto machine = asking();
  only<report_failure>(
      machine.on_result(attempt_failed{with_status(400), false}, waiting_until(start + 30s)));
  CHECK_FALSE(machine.refusal(start + 30s, start));
}

TEST_CASE("a refresh forgets a remembered refusal") {
  auto machine = asking();
  machine.on_result(attempt_failed{with_status(400), true}, waiting_until(start + 30s));
  machine.on_refresh_due({.resource = "r"}, start + 1s);
  CHECK_FALSE(machine.refusal(start + 30s, start + 1s));
}

TEST_CASE(
    "a refresh that fails is tried again after ever longer pauses, as long as the host asks") {
  auto machine = make_fsm();
  auto at = nobody_waits();
  at.usable_for = 24h;
  for (const auto pause : {30s, 60s}) {
    machine.on_refresh_due({.resource = "r"}, start);
    CHECK(only<report_failure>(machine.on_result(attempt_failed{with_status(503), false}, at))
              .next_refresh == pause);
    CHECK_FALSE(machine.is_disposable(1h));
  }
  machine.on_refresh_due({.resource = "r"}, start);
  auto failure = with_status(429);
  failure.retry_after = 600s;
  CHECK(only<report_failure>(machine.on_result(attempt_failed{failure, false}, at)).next_refresh ==
        600s);
}

TEST_CASE("a retry repeats a first request by encoding it anew") {
  auto machine = pausing();
  only<start_attempt>(machine.on_retry_due(1));
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.request().resource == "r");
}

TEST_CASE("a retry repeats a later request as it was sent") {
  auto machine = asking();
  machine.on_result(challenged{challenge_reply()}, nobody_waits());
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
      only<report_failure>(machine.on_last_waiter_left(nobody_waits(start + 500ms)));
  CHECK(failed.failure.http_status == 503);
  CHECK(machine.current_phase() == phase::idle);
  CHECK(machine.on_retry_due(1).empty());
}

TEST_CASE("a request in flight goes on when the last waiter leaves") {
  auto machine = asking();
  CHECK(machine.on_last_waiter_left(nobody_waits()).empty());
  CHECK(machine.current_phase() == phase::asking);
  CHECK(make_fsm().on_last_waiter_left(nobody_waits()).empty());
  CHECK(ending().on_last_waiter_left(nobody_waits()).empty());
}

TEST_CASE("a request that was not admitted is sent again for the waiters with more time") {
  auto machine = asking();
  machine.on_result(challenged{challenge_reply()}, nobody_waits());
  const auto failure = make_error(errc::deadline_exceeded, "too late");
  const auto [answer, attempt] = both<answer_waiters, start_attempt>(
      machine.on_result(attempt_not_admitted{failure, 2s}, waiting_until(start + 2s + 1ms)));
  CHECK(answer.deadline == start + 2s);
  CHECK(answer.failure.message == "too late");
  CHECK(machine.current_phase() == phase::asking);
  CHECK(machine.leg() == 0);
}

TEST_CASE("a request that was not admitted fails if nobody can wait for its admission") {
  const auto at = GENERATE(waiting_until(start + 2s), nobody_waits());
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
  auto at = nobody_waits();
  at.usable_for = 1h;
  const auto failure = make_error(errc::deadline_exceeded, "too late");
  CHECK(
      both<answer_waiters, report_failure>(machine.on_result(attempt_not_admitted{failure, 2s}, at))
          .second.next_refresh == 30s);
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
