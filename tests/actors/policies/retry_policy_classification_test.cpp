// The failures that docs/resilience.md documents as transient, status by status.
#include "tests/actors/policies/retry_policy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace retry_policy_classification_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::retries;

namespace {

std::vector<errc> every_errc() {
  std::vector<errc> all;
  for (std::uint8_t number = 1; to_string(errc{number}) != "unknown"; ++number) {
    all.push_back(errc{number});
  }
  return all;
}

}  // namespace

TEST_CASE("the statuses that are retried are those documented for each host") {
  for (const auto host : all_hosts) {
    for (int status = 100; status < 600; ++status) {
      INFO(to_string(host) << " says " << status);
      CHECK(is_transient(profile_of(host), answer(status)) ==
            is_documented_transient(host, status));
      CHECK(first(host, answer(status), never, 0).has_value() ==
            is_documented_transient(host, status));
    }
  }
}

TEST_CASE("a status outside HTTP's range is not retried") {
  for (const auto host : all_hosts) {
    for (const int status : {-1, 1, 99, 600, 999, 50'000}) {
      CHECK_FALSE(is_transient(profile_of(host), answer(status)));
    }
  }
}

TEST_CASE("among the failures without a response, only network failures are retried") {
  REQUIRE(every_errc().size() >= 26);
  for (const auto host : all_hosts) {
    for (const auto code : every_errc()) {
      INFO(to_string(host) << ", " << to_string(code));
      CHECK(is_transient(profile_of(host), no_answer(code)) == is_documented_transient(code));
      CHECK(first(host, no_answer(code), never, 0).has_value() == is_documented_transient(code));
    }
  }
}

TEST_CASE("the status of a response takes precedence over the error code") {
  auto failure = answer(400);
  failure.code = errc::connection_lost;
  CHECK_FALSE(is_transient(profile_of(identity_host::imds), failure));
  failure = answer(503);
  failure.code = errc::invalid_response;
  CHECK(is_transient(profile_of(identity_host::imds), failure));
}

TEST_CASE(
    "a refusal is a 4xx that is not transient, due to the request or the host's configuration") {
  for (const auto host : all_hosts) {
    for (int status = 100; status < 600; ++status) {
      for (const auto code : every_errc()) {
        auto failure = answer(status);
        failure.code = code;
        const bool of_the_request =
            code == errc::identity_not_found || code == errc::request_rejected;
        const bool expected = status >= 400 && status < 500 &&
                              !is_documented_transient(host, status) && of_the_request;
        if (is_refusal(profile_of(host), failure) != expected) {
          INFO(to_string(host) << " says " << status << ", " << to_string(code));
          CHECK(is_refusal(profile_of(host), failure) == expected);
        }
      }
    }
    CHECK(is_refusal(profile_of(host), [] {
      auto failure = answer(400);
      failure.code = errc::identity_not_found;
      return failure;
    }()));
    CHECK_FALSE(is_refusal(profile_of(host), no_answer(errc::identity_not_found)));
  }
}

TEST_CASE(
    "a refusal that may be temporary is retried a few times, and is final if the host repeats it") {
  auto failure = no_answer(errc::request_rejected);
  failure.http_status = 401;
  failure.service_description = "AADSTS700213: no such record";
  const auto host = identity_host::workload_identity;
  CHECK_FALSE(is_transient(profile_of(host), failure));
  CHECK(is_doubtful(profile_of(host), failure));
  CHECK_FALSE(is_doubtful(profile_of(identity_host::imds), failure));
  auto policy = policy_of(host);
  for (std::size_t i = 0; i < doubtful_retries; ++i) {
    CHECK(decide(policy, failure).retry);
  }
  const auto last = decide(policy, failure);
  CHECK_FALSE(last.retry);
  CHECK_FALSE(last.may_succeed);
}

TEST_CASE("an answer of another cloud's metadata service is final, whatever its status") {
  auto failure = answer(404);
  CHECK(is_transient(profile_of(identity_host::imds), failure));
  failure.code = errc::not_an_azure_host;
  CHECK_FALSE(is_transient(profile_of(identity_host::imds), failure));
}

}  // namespace retry_policy_classification_test
