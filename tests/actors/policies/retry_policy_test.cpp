// The pauses that docs/resilience.md documents.
#include "tests/actors/policies/retry_policy_fixture.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::retries;

namespace {

// The pauses after these failures, in sequence, until the policy gives up.
std::vector<milliseconds> pauses(identity_host host, const std::vector<error>& failures,
                                 double jitter = 0) {
  retry_policy policy{profile_of(host)};
  std::vector<milliseconds> result;
  auto now = start;
  for (const auto& failure : failures) {
    const auto next = policy.next(failure, false, now, never, jitter);
    if (!next) {
      break;
    }
    result.push_back(std::chrono::round<milliseconds>(*next - now));
    now = *next;
  }
  return result;
}

std::vector<milliseconds> pauses(identity_host host, const std::vector<int>& statuses) {
  std::vector<error> failures;
  for (const int status : statuses) {
    failures.push_back(answer(status));
  }
  return pauses(host, failures);
}

using list = std::vector<milliseconds>;

}  // namespace

TEST_CASE("IMDS is retried after 1, 2 and 4 seconds") {
  for (const int status : {404, 408, 429, 500, 503, 599}) {
    CHECK(pauses(identity_host::imds, std::vector(9, status)) == list{1s, 2s, 4s});
  }
  CHECK(pauses(identity_host::imds, std::vector(9, no_answer(errc::unreachable))) ==
        list{1s, 2s, 4s});
}

TEST_CASE("the other hosts are retried after a second, three times") {
  for (const auto host : all_hosts) {
    if (host != identity_host::imds) {
      INFO(to_string(host));
      CHECK(pauses(host, std::vector(9, 503)) == list{1s, 1s, 1s});
      CHECK(pauses(host, std::vector(9, no_answer(errc::connection_lost))) == list{1s, 1s, 1s});
    }
  }
}

TEST_CASE("the retries outlast an update of IMDS, which takes up to 70 seconds") {
  const auto found = pauses(identity_host::imds, std::vector(20, 410));
  CHECK(found == list(7, 10s));
  milliseconds total{0};
  for (const auto pause : found) {
    total += pause;
  }
  CHECK(total >= 70s);
}

TEST_CASE("the first failure determines the number of retries of IMDS, each failure its pause") {
  CHECK(pauses(identity_host::imds, {410, 503, 503, 503, 503, 503, 503, 503}) ==
        list{10s, 2s, 4s, 4s, 4s, 4s, 4s});
  CHECK(pauses(identity_host::imds, {410, 410, 503, 410, 404, 410, 503, 410}) ==
        list{10s, 10s, 4s, 10s, 4s, 10s, 4s});
  CHECK(pauses(identity_host::imds, {503, 410, 410, 410, 410}) == list{1s, 10s, 10s});
  CHECK(pauses(identity_host::imds, {404, 503, 410, 410}) == list{1s, 2s, 10s});
  CHECK(pauses(identity_host::imds, std::vector{no_answer(errc::request_timeout), answer(410),
                                                answer(410), answer(410), answer(410)}) ==
        list{1s, 10s, 10s});
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

TEST_CASE("Retry-After does not add retries") {
  CHECK(pauses(identity_host::imds, std::vector(9, answer(429, 5s))) == list{5s, 5s, 5s});
  CHECK(pauses(identity_host::azure_arc, std::vector(9, answer(429, 2s))) == list{2s, 2s, 2s});
  CHECK(pauses(identity_host::imds, std::vector(9, answer(429, 3s))) == list{3s, 3s, 4s});
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

TEST_CASE("no retry is scheduled at or after the last deadline") {
  const auto imds = identity_host::imds;
  CHECK_FALSE(first(imds, answer(503), start, 0));
  CHECK_FALSE(first(imds, answer(503), start - 1h, 0));
  CHECK_FALSE(first(imds, answer(503), start + 1s, 0));
  CHECK(first(imds, answer(503), start + 1s + 1ns, 0) == start + 1s);
  CHECK_FALSE(first(imds, answer(410), start + 10s, 0));
  CHECK(first(imds, answer(410), start + 10s + 1ns, 0) == start + 10s);
  CHECK_FALSE(first(imds, answer(429, 8s), start + 8s, 0));
  CHECK(first(imds, answer(429, 8s), start + 9s, 0) == start + 8s);
}

TEST_CASE("the jitter does not move a retry past the last deadline") {
  const auto imds = identity_host::imds;
  for (const auto room : {1ns, 2ns, 999ns, 1'000'000ns, 900'000'000ns}) {
    const auto latest = start + 1s + room;
    const auto next = first(imds, answer(503), latest, most);
    REQUIRE(next);
    CHECK(*next >= start + 1s);
    CHECK(*next < latest);
  }
}

TEST_CASE("a default policy retries nothing") {
  CHECK_FALSE(retry_policy{}.next(answer(503), false, start, never, 0));
}

TEST_CASE("a disabled policy retries nothing") {
  for (const auto host : all_hosts) {
    retry_policy policy{profile_of(host), false};
    for (const int status : {404, 408, 410, 429, 500, 502, 503, 504}) {
      CHECK_FALSE(policy.next(answer(status), false, start, never, 0));
    }
    CHECK_FALSE(policy.next(no_answer(errc::unreachable), false, start, never, 0));
  }
}

TEST_CASE("a 4xx in place of Azure Arc's challenge is final, a later one is not") {
  for (int status = 100; status < 600; ++status) {
    const bool challenge_refused = status >= 400 && status < 500;
    INFO(status);
    for (const auto host : all_hosts) {
      const auto next = retry_policy{profile_of(host)}.next(answer(status), true, start, never, 0);
      const bool arc = host == identity_host::azure_arc;
      CHECK(next.has_value() ==
            (is_documented_transient(host, status) && !(arc && challenge_refused)));
    }
  }
  CHECK(retry_policy{profile_of(identity_host::azure_arc)}.next(no_answer(errc::unreachable), true,
                                                                start, never, 0));
}

TEST_CASE("the retries of one acquisition do not count for the next") {
  CHECK(pauses(identity_host::imds, std::vector(9, 503)).size() == 3);
  CHECK(pauses(identity_host::imds, std::vector(9, 503)).size() == 3);
  retry_policy used{profile_of(identity_host::imds)};
  CHECK(used.next(answer(503), false, start, never, 0) == start + 1s);
  CHECK(used.next(answer(503), false, start, never, 0) == start + 2s);
  used = retry_policy{profile_of(identity_host::imds)};
  CHECK(used.next(answer(503), false, start, never, 0) == start + 1s);
}
