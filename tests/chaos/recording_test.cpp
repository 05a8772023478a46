// What a chaos run notes is what happened.
#include "messages/make_error.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/tokens/jwt.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/recorder.hpp"
#include "tests/chaos/recording_transport.hpp"
#include "tests/chaos/token_reading.hpp"
#include "tests/support/scripted_transport.hpp"

#include <catch2/catch.hpp>

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

history taken_from(recorder& notes) {
  history result;
  notes.take(result);
  return result;
}

constexpr std::string_view url =
    "http://127.0.0.1:80/metadata/identity/oauth2/token?api-version=2018-02-01"
    "&resource=https%3A%2F%2Fvault.example";

}  // namespace

TEST_CASE("a token is read by its claims") {
  const auto& key = chaos_keys()[7];
  const auto facts = read_token(simulated_token(key).token().reveal());
  CHECK(facts.resource == key.request.resource);
  CHECK(facts.client_id == key.client_id);
  CHECK(facts.expires_on == std::chrono::sys_seconds{2'000'000'000s});
  CHECK_FALSE(facts.id.empty());
}

TEST_CASE("what is no token has no id") {
  CHECK(read_token("test_token").id.empty());
  CHECK(read_token("").id.empty());
  CHECK(read_token("e30.e30.e30").id.empty());
}

TEST_CASE("a call and its answers are noted") {
  recorder notes;
  CHECK(notes.wait_until_answered(std::chrono::steady_clock::now()));
  notes.expect(1);
  CHECK_FALSE(notes.wait_until_answered(std::chrono::steady_clock::now() + 1ms));
  const auto before = std::chrono::steady_clock::now();
  const auto id = notes.asked(call_of(3));
  CHECK_FALSE(notes.wait_until_answered(std::chrono::steady_clock::now() + 1ms));
  notes.answered(id, fail(errc::throttled, "throttled"));
  CHECK(notes.wait_until_answered(std::chrono::steady_clock::now()));
  notes.answered(id, simulated_token(chaos_keys()[3]));
  const auto after = std::chrono::steady_clock::now();

  const auto what = taken_from(notes);
  REQUIRE(what.requests.size() == 1);
  const auto& request = what.requests.front();
  CHECK(request.id == id);
  CHECK(request.caller == "actor");
  CHECK(request.key == chaos_keys()[3].key);
  CHECK(request.force_refresh);
  CHECK(request.asked >= before);
  CHECK(request.deadline == request.asked + 100ms);
  REQUIRE(request.answers.size() == 2);
  CHECK(request.answers[0].code == errc::throttled);
  CHECK_FALSE(request.answers[0].token);
  CHECK(request.answers[0].at >= request.asked);
  REQUIRE(request.answers[1].token);
  CHECK(request.answers[1].token->client_id == chaos_keys()[3].client_id);
  CHECK(request.answers[1].at <= after);
}

TEST_CASE("an answer to a call of an earlier history is noted in the next") {
  recorder notes;
  notes.expect(2);
  const auto id = notes.asked(call_of(0));
  notes.answered(id, fail(errc::throttled, "throttled"));
  CHECK(taken_from(notes).answered_again.empty());
  notes.answered(id, fail(errc::throttled, "throttled"));
  const auto next = notes.asked(call_of(1));
  CHECK(next != id);
  const auto what = taken_from(notes);
  CHECK(what.answered_again == std::vector{id});
  REQUIRE(what.requests.size() == 1);
  CHECK(what.requests.front().answers.empty());
}

TEST_CASE("a stop that comes after its history is no other call's") {
  recorder notes;
  const auto id = notes.asked(call_of(0));
  notes.cancelled(id);
  CHECK(taken_from(notes).requests.front().cancelled);
  notes.asked(call_of(1));
  notes.cancelled(id);
  CHECK_FALSE(taken_from(notes).requests.front().cancelled);
}

TEST_CASE("an exchange's URL tells its key") {
  const std::string start{url};
  CHECK(key_of_url(start) == asked_key{"system-assigned", "https://vault.example"});
  CHECK(key_of_url(start + "&client_id=a%20b") ==
        key_of(managed_identity::client_id("a b"), "https://vault.example"));
  CHECK(key_of_url(start + "&object_id=c") ==
        key_of(managed_identity::object_id("c"), "https://vault.example"));
  CHECK(key_of_url(start + "&msi_res_id=%2Fd") ==
        key_of(managed_identity::resource_id("/d"), "https://vault.example"));
}

TEST_CASE("an exchange is noted from its start until its end") {
  const auto script = std::make_shared<test::scripted_transport>();
  recording_transport wire{script};
  bool told = false;
  wire.start({.url = std::string{url}}, [&](const expected<http_response>& outcome) {
    told = outcome.has_value();
    // Whoever is told finds the end noted.
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
  CHECK(told);
  const auto ended = wire.take(time_point::min());
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().status == 429);
  CHECK(ended.front().retry_after == 3s);
  CHECK(ended.front().ended > ended.front().started);
  CHECK(wire.take(std::chrono::steady_clock::now()).empty());
}
