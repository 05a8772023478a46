// The retries that docs/resilience.md promises, status by status.
#include "actors/policies/retry_policy.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <optional>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using time_point = retry_policy::time_point;

namespace {

constexpr std::array all_hosts{
    identity_host::imds,        identity_host::app_service,      identity_host::app_service_2017,
    identity_host::azure_arc,   identity_host::machine_learning, identity_host::service_fabric,
    identity_host::cloud_shell, identity_host::workload_identity};

const time_point start{1'000'000s};
constexpr auto never = time_point::max();
// As near to 1 as chance comes.
constexpr double most = 0.999'999'999;

bool may_pass(identity_host host, int status) {
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 404:
    case 410:
      return host == identity_host::imds;
    default:
      return host == identity_host::imds && status >= 500 && status < 600;
  }
}

bool may_pass(errc code) {
  switch (code) {
    case errc::unreachable:
    case errc::connection_lost:
    case errc::request_timeout:
    case errc::invalid_http:
      return true;
    default:
      return false;
  }
}

error answer(int status, std::optional<milliseconds> retry_after = {}) {
  error result;
  result.code = errc::service_unavailable;
  result.http_status = status;
  result.retry_after = retry_after;
  return result;
}

error no_answer(errc code) {
  error result;
  result.code = code;
  return result;
}

std::vector<errc> every_errc() {
  std::vector<errc> all;
  for (std::uint8_t number = 1; to_string(errc{number}) != "unknown"; ++number) {
    all.push_back(errc{number});
  }
  return all;
}

// The pauses after these failures, one after the other, as long as the policy goes on.
std::vector<milliseconds> pauses(identity_host host, const std::vector<error>& failures,
                                 double jitter = 0) {
  retry_policy policy{host};
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

std::optional<time_point> first(identity_host host, const error& failure, time_point latest,
                                double jitter) {
  return retry_policy{host}.next(failure, false, start, latest, jitter);
}

using list = std::vector<milliseconds>;

}  // namespace

TEST_CASE("which statuses are tried again is as documented, for every host") {
  for (const auto host : all_hosts) {
    for (int status = 100; status < 600; ++status) {
      INFO(to_string(host) << " says " << status);
      CHECK(is_transient(host, answer(status)) == may_pass(host, status));
      CHECK(first(host, answer(status), never, 0).has_value() == may_pass(host, status));
    }
  }
}

TEST_CASE("a status that HTTP does not have is not tried again") {
  for (const auto host : all_hosts) {
    for (const int status : {-1, 1, 99, 600, 999, 50'000}) {
      CHECK_FALSE(is_transient(host, answer(status)));
    }
  }
}

TEST_CASE("of the failures without an answer those of the wire are tried again, and no other") {
  REQUIRE(every_errc().size() == 25);
  for (const auto host : all_hosts) {
    for (const auto code : every_errc()) {
      INFO(to_string(host) << ", " << to_string(code));
      CHECK(is_transient(host, no_answer(code)) == may_pass(code));
      CHECK(first(host, no_answer(code), never, 0).has_value() == may_pass(code));
    }
  }
}

TEST_CASE("what the host answered goes before what the answer was taken for") {
  auto failure = answer(400);
  failure.code = errc::connection_lost;
  CHECK_FALSE(is_transient(identity_host::imds, failure));
  failure = answer(503);
  failure.code = errc::invalid_response;
  CHECK(is_transient(identity_host::imds, failure));
}

TEST_CASE("IMDS is asked again after 1, 2 and 4 seconds") {
  for (const int status : {404, 408, 429, 500, 503, 599}) {
    CHECK(pauses(identity_host::imds, std::vector(9, status)) == list{1s, 2s, 4s});
  }
  CHECK(pauses(identity_host::imds, std::vector(9, no_answer(errc::unreachable))) ==
        list{1s, 2s, 4s});
}

TEST_CASE("the other hosts are asked again after a second, three times") {
  for (const auto host : all_hosts) {
    if (host != identity_host::imds) {
      INFO(to_string(host));
      CHECK(pauses(host, std::vector(9, 503)) == list{1s, 1s, 1s});
      CHECK(pauses(host, std::vector(9, no_answer(errc::connection_lost))) == list{1s, 1s, 1s});
    }
  }
}

TEST_CASE("an update of IMDS, which takes up to 70 seconds, is sat out") {
  const auto found = pauses(identity_host::imds, std::vector(20, 410));
  CHECK(found == list(7, 10s));
  milliseconds total{0};
  for (const auto pause : found) {
    total += pause;
  }
  CHECK(total >= 70s);
}

TEST_CASE(
    "the first failure says how often IMDS is asked, each failure how long it is left alone") {
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

TEST_CASE("a refusal ends the retries, whatever came before") {
  CHECK(pauses(identity_host::imds, {503, 400}) == list{1s});
  CHECK(pauses(identity_host::imds, {410, 410, 403}) == list{10s, 10s});
  CHECK(pauses(identity_host::app_service, {500, 404}) == list{1s});
  CHECK(pauses(identity_host::imds,
               std::vector{answer(503), no_answer(errc::certificate_mismatch)}) == list{1s});
}

TEST_CASE("Retry-After lengthens a pause, up to a minute, and never shortens one") {
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

TEST_CASE("Retry-After does not give more retries") {
  CHECK(pauses(identity_host::imds, std::vector(9, answer(429, 5s))) == list{5s, 5s, 5s});
  CHECK(pauses(identity_host::azure_arc, std::vector(9, answer(429, 2s))) == list{2s, 2s, 2s});
  CHECK(pauses(identity_host::imds, std::vector(9, answer(429, 3s))) == list{3s, 3s, 4s});
}

TEST_CASE("as much again as the pause is left to chance, and not as much as Retry-After") {
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

TEST_CASE("no retry is planned for when nobody waits any more") {
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

TEST_CASE("no more is left to chance than lies before the last deadline") {
  const auto imds = identity_host::imds;
  for (const auto room : {1ns, 2ns, 999ns, 1'000'000ns, 900'000'000ns}) {
    const auto latest = start + 1s + room;
    const auto next = first(imds, answer(503), latest, most);
    REQUIRE(next);
    CHECK(*next >= start + 1s);
    CHECK(*next < latest);
  }
}

TEST_CASE("without retries nothing is tried again") {
  for (const auto host : all_hosts) {
    retry_policy policy{host, false};
    for (const int status : {404, 408, 410, 429, 500, 502, 503, 504}) {
      CHECK_FALSE(policy.next(answer(status), false, start, never, 0));
    }
    CHECK_FALSE(policy.next(no_answer(errc::unreachable), false, start, never, 0));
  }
}

TEST_CASE("Azure Arc's challenge is not asked for again after a 4xx, what follows it is") {
  for (int status = 100; status < 600; ++status) {
    const bool challenge_refused = status >= 400 && status < 500;
    INFO(status);
    for (const auto host : all_hosts) {
      const auto next = retry_policy{host}.next(answer(status), true, start, never, 0);
      const bool arc = host == identity_host::azure_arc;
      CHECK(next.has_value() == (may_pass(host, status) && !(arc && challenge_refused)));
    }
  }
  CHECK(retry_policy{identity_host::azure_arc}.next(no_answer(errc::unreachable), true, start,
                                                    never, 0));
}

TEST_CASE("the retries of one acquisition do not count for the next") {
  CHECK(pauses(identity_host::imds, std::vector(9, 503)).size() == 3);
  CHECK(pauses(identity_host::imds, std::vector(9, 503)).size() == 3);
  retry_policy used{identity_host::imds};
  CHECK(used.next(answer(503), false, start, never, 0) == start + 1s);
  CHECK(used.next(answer(503), false, start, never, 0) == start + 2s);
  used = retry_policy{identity_host::imds};
  CHECK(used.next(answer(503), false, start, never, 0) == start + 1s);
}

TEST_CASE("a refusal is a 4xx that does not pass, of the request or of the host's set-up") {
  for (const auto host : all_hosts) {
    for (int status = 100; status < 600; ++status) {
      for (const auto code : every_errc()) {
        auto failure = answer(status);
        failure.code = code;
        const bool of_the_request =
            code == errc::identity_not_found || code == errc::request_rejected;
        const bool expected =
            status >= 400 && status < 500 && !may_pass(host, status) && of_the_request;
        if (is_refusal(host, failure) != expected) {
          INFO(to_string(host) << " says " << status << ", " << to_string(code));
          CHECK(is_refusal(host, failure) == expected);
        }
      }
    }
    CHECK(is_refusal(host, [] {
      auto failure = answer(400);
      failure.code = errc::identity_not_found;
      return failure;
    }()));
    CHECK_FALSE(is_refusal(host, no_answer(errc::identity_not_found)));
  }
}
