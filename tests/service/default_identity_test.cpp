// Which identity the requests of a service are for.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_handle.hpp>

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

const auto& user_assigned() {
  static const auto identity =
      managed_identity::client_id(sample_user_assigned_identity().client_id);
  return identity;
}

token_service_options with_default(const std::string& endpoint) {
  auto options = options_for(endpoint);
  options.identity = user_assigned();
  return options;
}

}  // namespace

TEST_CASE("every way of requesting a token uses the identity of the options") {
  simulated_host imds;
  token_service tokens{with_default(imds.endpoint())};
  std::string acquired;
  const auto subscription = tokens.observe([&acquired](const token_event& event) {
    if (const auto* started = std::get_if<acquisition_started>(&event)) {
      acquired += to_string(started->key.identity);
    }
  });
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  // All of these find that token.
  const auto is_same = [&token](const auto& other) {
    return other && other->token() == token->token();
  };
  CHECK(is_same(tokens.try_get(vault)));
  CHECK(is_same(tokens.get({.identity = user_assigned(), .resource = vault.resource}, patience)));
  auto handle = tokens.for_resource(vault.resource);
  CHECK(is_same(handle.try_get()));
  CHECK(is_same(handle.get(patience)));
  CHECK(handle.request().identity == user_assigned());
  outcomes results;
  ask(tokens, vault, results);
  CHECK(is_same(results.wait_for(1).front()));
  CHECK(imds.statistics().token_requests == 1);
  CHECK(acquired == to_string(user_assigned()));
}

TEST_CASE("a request that names the system-assigned identity gets its token") {
  simulated_host imds;
  token_service tokens{with_default(imds.endpoint())};
  const token_request explicit_request{.identity = managed_identity::system_assigned(),
                                       .resource = vault.resource};
  const auto usual = tokens.get(vault, patience);
  const auto named = tokens.get(explicit_request, patience);
  REQUIRE((usual && named));
  CHECK_FALSE(named->token() == usual->token());
  CHECK(tokens.try_get(explicit_request)->token() == named->token());
  CHECK(tokens.for_resource(vault.resource, managed_identity::system_assigned())
            .get(patience)
            ->token() == named->token());
  CHECK(imds.statistics().token_requests == 2);
}

TEST_CASE("a canceled request of the default identity is forgotten by its acquisition") {
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(with_default("http://127.0.0.1:9"), transport);
  std::stop_source stop;
  // The deadline is no reason to give the request up.
  tokens.get_async(vault, 1h, {}, stop.get_token());
  while (transport->started() == 0) {
    std::this_thread::yield();
  }
  stop.request_stop();
  // Nobody waits any more, so that the request is given up a second after its start.
  const auto end = std::chrono::steady_clock::now() + patience;
  while (transport->cancelled() == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  CHECK(transport->cancelled() == 1);
}

TEST_CASE("a service reads MANAGED_IDENTITY only if its options say so") {
  simulated_host imds;
  auto options = on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()},
                     {"MANAGED_IDENTITY", to_json(managed_identity::client_id("unknown"))}});
  CHECK(token_service{options}.get(vault, patience));
  options.identity_from_environment = true;
  token_service reading{options};
  CHECK(reading.get(vault, patience).error().code == errc::identity_not_found);
  CHECK(reading.get({.identity = managed_identity::system_assigned(), .resource = vault.resource},
                    patience));
}

TEST_CASE("an unusable MANAGED_IDENTITY fails every request, and nothing is sent") {
  simulated_host imds;
  auto options =
      on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}, {"MANAGED_IDENTITY", ""}});
  options.identity_from_environment = true;
  const auto outcome = token_service{options}.get(vault, patience);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_configuration);
  CHECK(outcome.error().message == "MANAGED_IDENTITY is set, but empty");
  CHECK(imds.statistics().token_requests == 0);
}
