#include "proxy/protocols/refusal.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <initializer_list>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

error failure_with(errc code) {
  error result;
  result.code = code;
  result.message = "what failed";
  result.advice = "What to do";
  return result;
}

}  // namespace

TEST_CASE("an error of the host keeps its status, code, text and id") {
  auto failure = failure_with(errc::identity_not_found);
  failure.http_status = 418;
  failure.service_code = "its_code";
  failure.service_description = "Its text";
  failure.correlation_id = "its-id";
  const auto refused = refusal_of(client_protocol::imds, failure);
  CHECK(refused.status == 418);
  CHECK(refused.code == "its_code");
  CHECK(refused.text == "Its text");
  CHECK(refused.correlation_id == "its-id");
  CHECK(refused.reason == "identity_not_found");
  CHECK_FALSE(refused.retry_after.has_value());
}

TEST_CASE("an error that no host caused says what failed and what to do") {
  const auto refused = refusal_of(client_protocol::imds, failure_with(errc::unreachable));
  CHECK(refused.text == "what failed. What to do");
}

TEST_CASE("errors that may pass have a status after which clients ask again") {
  // MSAL for .NET repeats after these, and Azure.Identity and MSAL for Node after those of them
  // that are at least 500 or 429.
  const std::initializer_list<int> repeated{404, 408, 429, 500, 503, 504};
  for (int number = 1; number < 64; ++number) {
    const auto code = static_cast<errc>(number);
    const auto refused = refusal_of(client_protocol::imds, failure_with(code));
    CAPTURE(to_string(code), refused.status);
    if (is_transient(code)) {
      CHECK(std::find(repeated.begin(), repeated.end(), refused.status) != repeated.end());
    }
    CHECK(refused.status >= 400);
    CHECK_FALSE(refused.code.empty());
  }
}

TEST_CASE("a timeout is 504, a host that cannot be reached 503, a full queue 429") {
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::deadline_exceeded)).status == 504);
  // It quotes an earlier answer, after which a client would not ask again.
  auto late = failure_with(errc::deadline_exceeded);
  late.http_status = 400;
  CHECK(refusal_of(client_protocol::imds, late).status == 504);
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::request_timeout)).status == 504);
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::unreachable)).status == 503);
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::host_busy)).status == 429);
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::shutting_down)).status == 503);
}

TEST_CASE("a 429 and a proxy that ends say when to ask again, in whole seconds") {
  auto busy = failure_with(errc::host_busy);
  CHECK(refusal_of(client_protocol::imds, busy).retry_after == 1s);
  busy.retry_after = 1ms;
  CHECK(refusal_of(client_protocol::imds, busy).retry_after == 1s);
  busy.retry_after = 2'001ms;
  CHECK(refusal_of(client_protocol::imds, busy).retry_after == 3s);
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::shutting_down)).retry_after == 1s);
  CHECK(over_share_refusal(client_protocol::imds, 0ms).retry_after == 1s);
  CHECK(over_share_refusal(client_protocol::imds, 0ms).status == 429);
}

TEST_CASE("a resource or an identity that midas refuses is a bad request in the host's form") {
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::invalid_resource)).code ==
        "invalid_resource");
  CHECK(refusal_of(client_protocol::imds, failure_with(errc::invalid_identity)).code ==
        "invalid_request");
  CHECK(refusal_of(client_protocol::app_service, failure_with(errc::invalid_identity)).code ==
        "identity_not_found");
}

TEST_CASE("a success of the host without a usable token is an error of the server") {
  auto failure = failure_with(errc::invalid_response);
  failure.http_status = 200;
  CHECK(refusal_of(client_protocol::imds, failure).status == 500);
}

TEST_CASE("a token that the rules of the proxy forbid is refused with 403") {
  const denial denied{.reason = "resource_not_allowed", .text = "Not this one"};
  const auto refused = refusal_of(client_protocol::app_service, denied);
  CHECK(refused.status == 403);
  CHECK(refused.text == "Not this one");
  CHECK(refused.reason == "resource_not_allowed");
}
