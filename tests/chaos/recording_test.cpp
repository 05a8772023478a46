// The records of a chaos run match what happened.
#include "messages/make_error.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/tokens/jwt.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/recorder.hpp"
#include "tests/chaos/recording_transport.hpp"
#include "tests/chaos/token_reading.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::chaos;

namespace {

access_token simulated_token(const chaos_key& key) {
  simulator::jwt_claims claims;
  claims.resource = key.request.resource;
  claims.client_id = key.client_id;
  claims.expires_on = 2'000'000'000;
  token_grant grant;
  grant.token = secret{simulator::make_jwt_template(claims).text};
  return {std::move(grant), token_source::cache};
}

planned_call call_of(std::size_t key) { return {0ms, caller_kind::actor, key, 100ms, true, {}}; }

history take_from(recorder& log) {
  history result;
  log.take(result);
  return result;
}

constexpr std::string_view url =
    "http://127.0.0.1:80/metadata/identity/oauth2/token?api-version=2018-02-01"
    "&resource=https%3A%2F%2Fvault.example";

}  // namespace

TEST_CASE("the claims of a token are read") {
  const auto& key = chaos_keys()[7];
  const auto facts = read_token(simulated_token(key).token().reveal());
  CHECK(facts.resource == key.request.resource);
  CHECK(facts.client_id == key.client_id);
  CHECK(facts.expires_on == std::chrono::sys_seconds{2'000'000'000s});
  CHECK_FALSE(facts.id.empty());
}

TEST_CASE("a text that is not a token has no id") {
  CHECK(read_token("test_token").id.empty());
  CHECK(read_token("").id.empty());
  CHECK(read_token("e30.e30.e30").id.empty());
}

TEST_CASE("a call and its answers are recorded") {
  recorder log;
  CHECK(log.wait_until_answered(std::chrono::steady_clock::now()));
  log.expect(1);
  CHECK_FALSE(log.wait_until_answered(std::chrono::steady_clock::now() + 1ms));
  const auto before = std::chrono::steady_clock::now();
  const auto id = log.request_started(call_of(3));
  CHECK_FALSE(log.wait_until_answered(std::chrono::steady_clock::now() + 1ms));
  log.request_answered(id, fail(errc::throttled, "throttled"));
  CHECK(log.wait_until_answered(std::chrono::steady_clock::now()));
  log.request_answered(id, simulated_token(chaos_keys()[3]));
  const auto after = std::chrono::steady_clock::now();

  const auto observed = take_from(log);
  REQUIRE(observed.requests.size() == 1);
  const auto& request = observed.requests.front();
  CHECK(request.id == id);
  CHECK(request.caller == "actor");
  CHECK(request.key == chaos_keys()[3].key);
  CHECK(request.force_refresh);
  CHECK(request.started >= before);
  CHECK(request.deadline == request.started + 100ms);
  REQUIRE(request.answers.size() == 2);
  CHECK(request.answers[0].code == errc::throttled);
  CHECK_FALSE(request.answers[0].token);
  CHECK(request.answers[0].at >= request.started);
  REQUIRE(request.answers[1].token);
  CHECK(request.answers[1].token->client_id == chaos_keys()[3].client_id);
  CHECK(request.answers[1].at <= after);
}

TEST_CASE("an answer to a call of an earlier history is recorded in the next") {
  recorder log;
  log.expect(2);
  const auto id = log.request_started(call_of(0));
  log.request_answered(id, fail(errc::throttled, "throttled"));
  CHECK(take_from(log).answered_again.empty());
  log.request_answered(id, fail(errc::throttled, "throttled"));
  const auto next = log.request_started(call_of(1));
  CHECK(next != id);
  const auto observed = take_from(log);
  CHECK(observed.answered_again == std::vector{id});
  REQUIRE(observed.requests.size() == 1);
  CHECK(observed.requests.front().answers.empty());
}

TEST_CASE("a stop after its history does not affect another call") {
  recorder log;
  const auto id = log.request_started(call_of(0));
  log.request_cancelled(id);
  CHECK(take_from(log).requests.front().cancelled);
  log.request_started(call_of(1));
  log.request_cancelled(id);
  CHECK_FALSE(take_from(log).requests.front().cancelled);
}

TEST_CASE("the key of an exchange is read from its URL") {
  const std::string start{url};
  CHECK(key_of_url(start) == request_key{"system-assigned", "https://vault.example"});
  CHECK(key_of_url(start + "&client_id=a%20b") ==
        key_of(managed_identity::client_id("a b"), "https://vault.example"));
  CHECK(key_of_url(start + "&object_id=c") ==
        key_of(managed_identity::object_id("c"), "https://vault.example"));
  CHECK(key_of_url(start + "&msi_res_id=%2Fd") ==
        key_of(managed_identity::resource_id("/d"), "https://vault.example"));
}

TEST_CASE("an exchange is recorded from its start to its end") {
  const auto script = std::make_shared<test::scripted_transport>();
  recording_transport wire{script};
  bool completed = false;
  wire.start({.url = std::string{url}}, [&](const expected<http_response>& outcome) {
    completed = outcome.has_value();
    // The end is recorded before the completion runs.
    CHECK(wire.take(time_point::min()).front().ended <= std::chrono::steady_clock::now());
  });
  const auto open = wire.take(time_point::min());
  REQUIRE(open.size() == 1);
  CHECK(open.front().key.resource == "https://vault.example");
  CHECK(open.front().ended == time_point::max());

  http_response response;
  response.status = 429;
  response.headers.push_back({"Retry-After", "3"});
  script->complete(0, std::move(response));
  CHECK(completed);
  const auto ended = wire.take(time_point::min());
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().status == 429);
  CHECK(ended.front().retry_after == 3s);
  CHECK(ended.front().ended > ended.front().started);
  CHECK(wire.take(std::chrono::steady_clock::now()).empty());
}

TEST_CASE("a request whose deadline passes before it is sent makes no exchange") {
  const auto script = std::make_shared<test::scripted_transport>();
  recording_transport wire{script};
  bool completed = false;
  wire.start({.url = std::string{url}}, [&](const auto&) { completed = true; });
  script->complete(0, fail(errc::deadline_exceeded, "late"));
  CHECK(completed);
  CHECK(wire.take(time_point::min()).empty());
}

TEST_CASE("a canceled exchange is recorded as ended at once, whenever the transport ends it") {
  const auto script = std::make_shared<test::scripted_transport>();
  recording_transport wire{script};
  const auto canceled = wire.start({.url = std::string{url}}, [](const auto&) {});
  wire.start({.url = std::string{url}}, [](const auto&) {});
  wire.cancel(canceled);
  CHECK(script->cancelled() == 1);
  const auto ended = wire.take(time_point::min()).front().ended;
  CHECK(ended <= std::chrono::steady_clock::now());
  // The record may be gone when the transport ends the exchange.
  const auto left = wire.take(std::chrono::steady_clock::now());
  REQUIRE(left.size() == 1);
  CHECK(left.front().ended == time_point::max());
  script->complete(0, fail(errc::cancelled, "canceled"));
  // A second call finds nothing.
  wire.cancel(canceled);
  CHECK(script->cancelled() == 1);
}
