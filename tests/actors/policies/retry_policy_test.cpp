// The pauses that docs/resilience.md documents.
#include "tests/actors/policies/retry_policy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace retry_policy_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::retries;

namespace {

// The pauses after these failures, in sequence, until the policy gives up.
std::vector<milliseconds> pauses(identity_host host, const std::vector<error>& failures,
                                 double jitter = 0, std::optional<std::size_t> max_retries = {}) {
  auto policy = policy_of(host, {max_retries});
  std::vector<milliseconds> result;
  auto now = start;
  for (const auto& failure : failures) {
    const auto decision = decide(policy, failure, now, never, jitter);
    if (!decision.retry) {
      break;
    }
    result.push_back(std::chrono::round<milliseconds>(decision.next - now));
    now = decision.next;
  }
  return result;
}

std::vector<milliseconds> pauses(identity_host host, const std::vector<int>& statuses,
                                 std::optional<std::size_t> max_retries = {}) {
  std::vector<error> failures;
  for (const int status : statuses) {
    failures.push_back(answer(status));
  }
  return pauses(host, failures, 0, max_retries);
}

using list = std::vector<milliseconds>;

}  // namespace

TEST_CASE("a host is retried after 1, 2 and then every 4 seconds, without a limit") {
  for (const auto host : all_hosts) {
    INFO(to_string(host));
    CHECK(pauses(host, std::vector(6, 503)) == list{1s, 2s, 4s, 4s, 4s, 4s});
    CHECK(pauses(host, std::vector(4, no_answer(errc::connection_lost))) == list{1s, 2s, 4s, 4s});
    CHECK(pauses(host, std::vector(1'000, 503)).size() == 1'000);
  }
  for (const int status : {404, 408, 429, 500, 503, 599}) {
    CHECK(pauses(identity_host::imds, std::vector(4, status)) == list{1s, 2s, 4s, 4s});
  }
}

TEST_CASE("an update of IMDS pauses for 10 seconds each time, whatever failed before") {
  CHECK(pauses(identity_host::imds, std::vector(9, 410)) == list(9, 10s));
  CHECK(pauses(identity_host::imds, {410, 503, 503, 410, 503}) == list{10s, 2s, 4s, 10s, 4s});
  CHECK(pauses(identity_host::imds, {503, 410, 503}) == list{1s, 10s, 4s});
}

TEST_CASE("max_retries limits the retries of each acquisition, not the pace of the next one") {
  const auto imds = identity_host::imds;
  CHECK(pauses(imds, std::vector(9, 503), 3) == list{1s, 2s, 4s});
  CHECK(pauses(imds, std::vector(9, 410), 1) == list{10s});
  auto policy = policy_of(imds, {1});
  CHECK(decide(policy, answer(503)).retry);
  const auto last = decide(policy, answer(503));
  CHECK_FALSE(last.retry);
  CHECK(last.may_succeed);
  CHECK(last.next == start + 2s);
  policy.begin();
  const auto next = decide(policy, answer(503));
  CHECK(next.retry);
  CHECK(next.next == start + 4s);
}

TEST_CASE("a granted token resets the pauses") {
  auto policy = policy_of(identity_host::imds);
  CHECK(decide(policy, answer(503)).next == start + 1s);
  CHECK(decide(policy, answer(503)).next == start + 2s);
  policy.succeeded();
  CHECK(decide(policy, answer(503)).next == start + 1s);
}

TEST_CASE("a refusal ends the retries, whatever failed before") {
  CHECK(pauses(identity_host::imds, {503, 400}) == list{1s});
  CHECK(pauses(identity_host::imds, {410, 410, 403}) == list{10s, 10s});
  CHECK(pauses(identity_host::app_service, {500, 404}) == list{1s});
  CHECK(pauses(identity_host::imds,
               std::vector{answer(503), no_answer(errc::certificate_mismatch)}) == list{1s});
}

TEST_CASE("Retry-After lengthens a pause, up to a minute, but never shortens one") {
  const auto pause = [](identity_host host, int status, milliseconds asked) {
    return pauses(host, std::vector{answer(status, asked)}).at(0);
  };
  for (const auto host : all_hosts) {
    INFO(to_string(host));
    CHECK(pause(host, 429, 0ms) == 1s);
    CHECK(pause(host, 429, 999ms) == 1s);
    CHECK(pause(host, 429, 1'001ms) == 1'001ms);
    CHECK(pause(host, 503, 17s) == 17s);
    CHECK(pause(host, 503, 60s) == 60s);
    CHECK(pause(host, 503, 60'001ms) == 60s);
    CHECK(pause(host, 503, 365 * 24h) == 60s);
    CHECK(pause(host, 503, -5s) == 1s);
  }
  CHECK(pause(identity_host::imds, 410, 9s) == 10s);
  CHECK(pause(identity_host::imds, 410, 11s) == 11s);
}

TEST_CASE("a Retry-After that is shorter than the pause changes nothing") {
  CHECK(pauses(identity_host::imds, std::vector(4, answer(429, 3s))) == list{3s, 3s, 4s, 4s});
}

TEST_CASE("a failure that is not retried says when the host may be asked again") {
  auto policy = policy_of(identity_host::imds);
  const auto late = decide(policy, answer(429, 8s), start, start + 8s);
  CHECK_FALSE(late.retry);
  CHECK(late.may_succeed);
  CHECK(late.next == start + 8s);
  const auto final = decide(policy, answer(400), start);
  CHECK_FALSE(final.may_succeed);
  CHECK(final.next == start + 2s);
}

TEST_CASE("after a timeout the pause counts from the start of the attempt") {
  auto policy = policy_of(identity_host::imds);
  const auto timeout = no_answer(errc::request_timeout);
  CHECK(policy.after({timeout, false, start, start + 1'500ms, never, 0}).next == start + 1'500ms);
  CHECK(policy.after({timeout, false, start, start + 1'500ms, never, 0}).next == start + 2s);
  auto other = policy_of(identity_host::imds);
  CHECK(other.after({answer(503), false, start, start + 1'500ms, never, 0}).next ==
        start + 2'500ms);
}

TEST_CASE("the time of an attempt doubles with each timeout, up to attempt_timeout") {
  auto policy = policy_of(identity_host::imds, {{}, 30s});
  const auto timeout = no_answer(errc::request_timeout);
  for (const auto time : {5s, 10s, 20s, 30s, 30s}) {
    CHECK(policy.attempt_time(start, {}) == time);
    CHECK(policy.attempt_time(start, start + 1h) == time);
    decide(policy, timeout);
  }
  decide(policy, answer(503));
  CHECK(policy.attempt_time(start, {}) == 5s);
  decide(policy, timeout);
  policy.succeeded();
  CHECK(policy.attempt_time(start, {}) == 5s);
  CHECK(policy_of(identity_host::imds, {{}, 2s}).attempt_time(start, {}) == 2s);
}

TEST_CASE("a first attempt leaves the last waiter time for a second one, if that could follow") {
  auto policy = policy_of(identity_host::imds);
  CHECK(policy.attempt_time(start, start + 2s) == 1'500ms);
  CHECK(policy.attempt_time(start, start + 4s) == 3s);
  CHECK(policy.attempt_time(start, start + 1s) == 5s);
  // A host that did not answer in time may be slow.
  decide(policy, no_answer(errc::request_timeout));
  CHECK(policy.attempt_time(start, start + 2s) == 10s);
}

TEST_CASE("an attempt that is not retried may take all of attempt_timeout") {
  for (auto policy : {policy_of(identity_host::imds, {0, 30s}), retry_policy{}}) {
    CHECK(policy.attempt_time(start, start + 2s) == 30s);
  }
}

TEST_CASE("only a first attempt that has had time to succeed is repeated") {
  auto policy = policy_of(identity_host::imds);
  CHECK_FALSE(policy.should_repeat(start, start + 999ms));
  CHECK(policy.should_repeat(start, start + 1s));
  CHECK_FALSE(policy_of(identity_host::imds, {0}).should_repeat(start, start + 9s));
  decide(policy, no_answer(errc::request_timeout));
  CHECK_FALSE(policy.should_repeat(start, start + 9s));
}

TEST_CASE("the jitter is up to the scheduled pause, and does not scale with Retry-After") {
  const auto pause = [](identity_host host, const error& failure, double jitter) {
    return pauses(host, std::vector{failure}, jitter).at(0);
  };
  CHECK(pause(identity_host::imds, answer(503), 0.5) == 1'500ms);
  CHECK(pause(identity_host::imds, answer(503), most) == 2s);
  CHECK(pause(identity_host::imds, answer(410), 0.25) == 12'500ms);
  CHECK(pause(identity_host::imds, answer(410), most) == 20s);
  CHECK(pause(identity_host::app_service, answer(503, 30s), most) == 31s);
  CHECK(pauses(identity_host::imds, std::vector(3, answer(500)), 0.5) == list{1'500ms, 3s, 6s});
}

TEST_CASE("the pause has jitter also if no caller waits for its end") {
  // Otherwise, machines whose callers do not wait would ask again at the same time.
  const auto next = [](const error& failure, double jitter, std::optional<std::size_t> retries) {
    auto policy = policy_of(identity_host::imds, {retries});
    const auto decision = decide(policy, failure, start, start, jitter);
    CHECK_FALSE(decision.retry);
    return std::chrono::round<milliseconds>(decision.next - start);
  };
  CHECK(next(answer(503), 0.5, {}) == 1'500ms);
  CHECK(next(answer(503), most, 0) == 2s);
  CHECK(next(answer(400), 0.25, {}) == 1'250ms);
  CHECK(next(answer(503, 30s), 0.5, {}) == 30'500ms);
  // An update concerns one machine.
  CHECK(next(answer(410), 0.5, {}) == 10s);
}

TEST_CASE("no retry is scheduled that would leave the last waiter hardly any time") {
  const auto imds = identity_host::imds;
  CHECK_FALSE(first(imds, answer(503), start, 0));
  CHECK_FALSE(first(imds, answer(503), start - 1h, 0));
  CHECK_FALSE(first(imds, answer(503), start + 1'100ms, 0));
  CHECK(first(imds, answer(503), start + 1'100ms + 1ns, 0) == start + 1s);
  CHECK_FALSE(first(imds, answer(410), start + 10'100ms, 0));
  CHECK(first(imds, answer(410), start + 10'100ms + 1ns, 0) == start + 10s);
  CHECK_FALSE(first(imds, answer(429, 8s), start + 8'100ms, 0));
  CHECK(first(imds, answer(429, 8s), start + 9s, 0) == start + 8s);
}

TEST_CASE("the jitter leaves the last waiter time for the retry") {
  const auto imds = identity_host::imds;
  for (const auto room : {1ns, 2ns, 999ns, 1'000'000ns, 900'000'000ns}) {
    const auto latest = start + 1'100ms + room;
    const auto next = first(imds, answer(503), latest, most);
    REQUIRE(next);
    CHECK(*next >= start + 1s);
    CHECK(*next < latest - 100ms);
  }
}

TEST_CASE("a default-constructed policy retries nothing and keeps no state") {
  retry_policy policy;
  const auto decision = decide(policy, answer(503));
  CHECK_FALSE(decision.retry);
  CHECK(decision.next == start);
}

TEST_CASE("a 4xx in place of Azure Arc's challenge is final, a later one is not") {
  for (int status = 100; status < 600; ++status) {
    const bool challenge_refused = status >= 400 && status < 500;
    INFO(status);
    for (const auto host : all_hosts) {
      const auto failure = answer(status);
      const auto next = policy_of(host).after({failure, true, start, start, never, 0});
      const bool arc = host == identity_host::azure_arc;
      CHECK(next.retry == (is_documented_transient(host, status) && !(arc && challenge_refused)));
    }
  }
  const auto failure = no_answer(errc::unreachable);
  CHECK(policy_of(identity_host::azure_arc).after({failure, true, start, start, never, 0}).retry);
}

}  // namespace retry_policy_test
