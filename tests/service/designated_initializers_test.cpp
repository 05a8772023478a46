// Every public aggregate may be initialized by any of its members, without a warning about others.
#include "tests/support/catch.hpp"
#include <midas/file_token_store.hpp>
#include <midas/keyring_token_store.hpp>
#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wmissing-field-initializers"

using namespace midas;

TEST_CASE("a designated initializer needs to name no other member") {
  const error failure{.code = errc::throttled};
  CHECK(failure.message.empty());
  CHECK(error{.message = "why"}.code == errc{});
  CHECK(error{.code = errc::throttled, .retry_after = std::chrono::seconds{1}}.retry_after);
  CHECK(environment_variable{.name = "NAME"}.value.empty());
  CHECK(environment_variable{.value = "value"}.name.empty());
  CHECK(token_request{.resource = "R"}.claims.empty());
  CHECK(token_request{.lane = 1}.resource.empty());
  CHECK(token_key{.resource = "R"}.identity == managed_identity{});
  CHECK(token_grant{.token_type = "T"}.resource.empty());
  CHECK(host_limits{.max_in_flight = 1}.max_in_flight == 1);
  CHECK(token_service_options{.endpoint = "E"}.proxy.empty());
  CHECK(token_service_options{.actor_threads = 2}.max_keys == 10'000);
  CHECK(http_statistics{.requests = 1}.queued == 0);
  CHECK(keyring_token_store_options{.path = "P"}.schema_name.empty());
  CHECK(token_service_statistics{.tokens = 1}.errors == 0);
  CHECK(stored_token{.endpoint = "E"}.grant.resource.empty());
  CHECK(file_token_store_options{.path = "P"}.path == "P");
  CHECK(simulated_host_options{.plain_http = true}.secret.empty());
  CHECK(simulated_identity{.object_id = "I"}.client_id.empty());
  CHECK(simulated_host_statistics{.requests = 1}.statuses.empty());
  CHECK(journal_entry{.status = 200}.fault.empty());
}

TEST_CASE("a designated initializer of an event needs to name no other member") {
  CHECK(host_chosen{.address = "A"}.reason.empty());
  CHECK(host_unusable{.failure = {.code = errc::throttled}}.failure.advice.empty());
  CHECK(acquisition_started{.in_background = true}.key.resource.empty());
  CHECK(acquisition_waiting{.waiters = 1}.joined == 0);
  CHECK(acquisition_retried{.delay = {}}.failure.message.empty());
  CHECK(acquisition_succeeded{.answered = 1}.joined == 0);
  CHECK(claims_not_passed_on{.key = {.resource = "R"}}.key.resource == "R");
  CHECK(acquisition_failed{.answered = 1}.failure.message.empty());
  CHECK(exchange_finished{.attempt = 2}.host.empty());
  CHECK(host_throttled{.pause = {}}.pause.count() == 0);
  CHECK(host_failing{.failures = 3}.failure.message.empty());
  CHECK(refresh_scheduled{.delay = {}}.key.resource.empty());
  CHECK(refresh_done{.refreshed = true}.key.resource.empty());
  CHECK(key_evicted{.reason = eviction_reason::expired}.key.resource.empty());
  CHECK(connection_opened{.count = 1}.attempts == 0);
  CHECK(store_failed{.unsaved = 1}.failure.message.empty());
}

#pragma GCC diagnostic pop
