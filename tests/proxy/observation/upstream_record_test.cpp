#include "proxy/observation/upstream_record.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;

namespace {

const key_state* state_of(const upstream_record& record, const std::string& resource) {
  const auto found = record.states().find(key_for(resource));
  return found == record.states().end() ? nullptr : &found->second;
}

token_event exchange_with(int status, std::optional<errc> failure = {}) {
  exchange_finished result;
  result.status = status;
  result.failure = failure;
  result.elapsed = 7ms;
  return result;
}

}  // namespace

TEST_CASE("a granted token is known with its end and its refresh") {
  upstream_record record;
  const auto end = std::chrono::floor<std::chrono::seconds>(noon + 24h);
  record.note(acquisition_started{key_for("a"), true}, noon);
  REQUIRE(state_of(record, "a") != nullptr);
  CHECK(state_of(record, "a")->acquiring_since == noon);
  CHECK(state_of(record, "a")->in_background);
  record.note(acquisition_retried{key_for("a"), busy_error(), 1s}, noon);
  CHECK(state_of(record, "a")->failure);
  record.note(acquisition_succeeded{key_for("a"), end, 1s, 1}, noon + 1s);
  record.note(refresh_scheduled{key_for("a"), 12h}, noon + 1s);
  const auto& state = *state_of(record, "a");
  CHECK(state.expires_on == end);
  CHECK(state.refresh_at == noon + 1s + 12h);
  CHECK(state.granted == 1);
  CHECK_FALSE(state.failure);
  CHECK_FALSE(state.acquiring_since);
  CHECK(record.totals().retries.at("throttled") == 1);
}

TEST_CASE("a failed refresh keeps the known facts of the token") {
  upstream_record record;
  const auto end = std::chrono::floor<std::chrono::seconds>(noon + 24h);
  record.note(acquisition_succeeded{key_for("a"), end, 1s, 1}, noon);
  record.note(acquisition_started{key_for("a"), true}, noon + 12h);
  record.note(acquisition_failed{key_for("a"), busy_error(), 1s, 0, 0}, noon + 12h + 1s);
  record.note(refresh_done{key_for("a"), false}, noon + 12h + 1s);
  const auto& state = *state_of(record, "a");
  CHECK(state.expires_on == end);
  REQUIRE(state.failure);
  CHECK(state.failure->code == "throttled");
  CHECK(state.failure->advice == "Send fewer requests");
  CHECK(state.failed_at == noon + 12h + 1s);
  CHECK(record.totals().kept == 1);
  CHECK(record.totals().refreshed == 0);
}

TEST_CASE("an evicted key is forgotten, unless it is being acquired again") {
  upstream_record record;
  record.note(acquisition_succeeded{key_for("a"), {}, 1s, 1}, noon);
  record.note(acquisition_succeeded{key_for("b"), {}, 1s, 1}, noon);
  record.note(acquisition_started{key_for("b")}, noon);
  record.note(key_evicted{key_for("a"), eviction_reason::expired}, noon);
  record.note(key_evicted{key_for("b"), eviction_reason::too_many_keys}, noon);
  CHECK(state_of(record, "a") == nullptr);
  CHECK(state_of(record, "b") != nullptr);
  CHECK(record.totals().evictions == std::array<std::uint64_t, 4>{0, 1, 1, 0});
}

TEST_CASE("exchanges are counted by status, or by the error without an answer") {
  upstream_record record;
  record.note(exchange_with(200), noon);
  record.note(exchange_with(200), noon);
  record.note(exchange_with(429), noon);
  record.note(exchange_with(0, errc::unreachable), noon + 1s);
  CHECK(record.totals().requests == std::map<std::string, std::uint64_t, std::less<>>{
                                        {"200", 2}, {"429", 1}, {"unreachable", 1}});
  CHECK(record.totals().request_count() == 4);
  CHECK(record.totals().durations.sum == 28ms);
  CHECK(record.host().last_answer == noon);
}

TEST_CASE("the usual answers of a host are counted from 0, before the first request") {
  const auto names_for = [](identity_host host) {
    upstream_record record;
    record.note(exchange_with(200), noon);
    record.note(host_chosen{host, "http://host/path", "an option"}, noon);
    CHECK(record.totals().requests.at("200") == 1);
    CHECK(record.totals().request_count() == 1);
    std::string names;
    for (const auto& [name, count] : record.totals().requests) {
      CHECK(count == (name == "200" ? 1 : 0));
      names.append(names.empty() ? "" : " ").append(name);
    }
    return names;
  };
  const std::string errors = " connection_lost request_timeout unreachable";
  CHECK(names_for(identity_host::imds) == "200 400 404 408 410 429 500 502 503 504" + errors);
  CHECK(names_for(identity_host::app_service) == "200 400 408 429 500 502 503 504" + errors);
  CHECK(names_for(identity_host::azure_arc) == "200 400 401 408 429 500 502 503 504" + errors);
}

TEST_CASE("a host that sends many statuses does not make the labels grow") {
  upstream_record record;
  for (int status = 100; status < 1'000; ++status) {
    record.note(exchange_with(status), noon);
  }
  CHECK(record.totals().requests.size() == upstream_record::max_names + 1);
  CHECK(record.totals().requests.at("other") == 900 - upstream_record::max_names);
}

TEST_CASE("a host fails from the first event of a run until it recovers") {
  upstream_record record;
  record.note(host_failing{busy_error(), 3, 250ms}, noon);
  record.note(host_failing{busy_error(), 4, 500ms}, noon + 10s);
  CHECK(record.host().failing_since == noon);
  CHECK(record.host().failures == 4);
  CHECK(record.host().next_attempt == noon + 10s + 500ms);
  CHECK(record.host().failure.code == "throttled");
  record.note(host_recovered{}, noon + 20s);
  CHECK_FALSE(record.host().failing_since);
  CHECK_FALSE(record.host().next_attempt);
}

TEST_CASE("the keys are bounded, and those with a token stay") {
  upstream_record record;
  record.note(acquisition_succeeded{key_for("held"), {}, 1s, 1}, noon - 1h);
  for (std::size_t at = 0; at < 3 * upstream_record::max_keys; ++at) {
    record.note(acquisition_failed{key_for("r" + std::to_string(at)), busy_error(), 1s, 1, 0},
                noon + std::chrono::seconds{at});
  }
  CHECK(record.states().size() == upstream_record::max_keys);
  CHECK(state_of(record, "held") != nullptr);
  CHECK(record.failures().size() == upstream_record::max_failures);
}

TEST_CASE("a failure that repeats is one, with the number of times; the newest is first") {
  upstream_record record;
  record.note(acquisition_failed{key_for("a"), busy_error(), 1s, 2, 1}, noon);
  record.note(acquisition_failed{key_for("b"), busy_error(), 1s, 1, 0}, noon + 1s);
  record.note(acquisition_failed{key_for("a"), busy_error(), 1s, 3, 2}, noon + 2s);
  REQUIRE(record.failures().size() == 2);
  CHECK(record.failures()[0].key.resource == "a");
  CHECK(record.failures()[0].count == 2);
  CHECK(record.failures()[0].answered == 5);
  CHECK(record.failures()[0].at == noon + 2s);
  CHECK(record.failures()[1].key.resource == "b");
}
