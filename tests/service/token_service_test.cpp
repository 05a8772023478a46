// The whole service, over real HTTP to the simulated host and back.
#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/slow_host.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("10,000 concurrent callbacks cause one HTTP request and get the same token") {
  simulated_host imds{with_latency(50ms)};
  outcomes results;
  token_service tokens{options_for(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    tokens.get_async(vault, patience,
                     [&results](auto outcome) { results.add(std::move(outcome)); });
  }
  CHECK(all_same_token(results.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
  CHECK(imds.statistics().connections == 1);
  CHECK(tokens.statistics().tokens == 10'000);
  CHECK(tokens.statistics().acquisitions == 1);
  CHECK(tokens.statistics().errors == 0);
  CHECK(tokens.statistics().retries == 0);
  CHECK(tokens.statistics().refreshes == 0);
  CHECK(tokens.statistics().keys == 1);
  CHECK(tokens.statistics().coalesced + tokens.statistics().cache_hits == 9'999);
}

TEST_CASE("10,000 concurrent coroutines cause one HTTP request and get the same token") {
  simulated_host imds{with_latency(50ms)};
  outcomes results;
  token_service tokens{options_for(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    ask(tokens, vault, results);
  }
  CHECK(all_same_token(results.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("10,000 concurrent actors cause one HTTP request and get the same token") {
  simulated_host imds{with_latency(50ms)};
  outcomes results;
  application_config config;
  caf::actor_system system{config};
  token_service tokens{system, options_for(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    system.spawn(
        [&results](caf::event_based_actor* self, const token_actor& cache) {
          caf_compat::request(self, cache, vault)
              .then([&results](const access_token& token) { results.add(token); },
                    [&results](const caf::error& e) { results.add(unexpected{to_error(e)}); });
        },
        tokens.cache());
  }
  CHECK(all_same_token(results.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("500 threads that block for the same token cause one HTTP request") {
  simulated_host imds{with_latency(50ms)};
  outcomes results;
  token_service tokens{options_for(imds.endpoint())};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 500; ++i) {
      threads.emplace_back([&] { results.add(tokens.get(vault, patience)); });
    }
  }
  CHECK(all_same_token(results.wait_for(500)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("1,000 resources cause 1,000 requests on no more connections than the limit in flight") {
  simulated_host imds;
  outcomes results;
  token_service tokens{options_for(imds.endpoint(), {8, 0})};
  for (int i = 0; i < 1'000; ++i) {
    tokens.get_async({.resource = "https://resource-" + std::to_string(i)}, patience,
                     [&results](auto outcome) { results.add(std::move(outcome)); });
  }
  std::set<std::string> different;
  for (const auto& each : results.wait_for(1'000)) {
    REQUIRE(each);
    different.emplace(each->token().reveal());
  }
  CHECK(different.size() == 1'000);
  CHECK(imds.statistics().token_requests == 1'000);
  CHECK(imds.statistics().connections <= 8);
  CHECK(imds.statistics().peak_in_flight <= 8);
  CHECK(tokens.statistics().http.requests == 1'000);
}

TEST_CASE("try_get returns the token once any caller has been answered, and not before") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  CHECK_FALSE(tokens.try_get(vault));
  const auto acquired = tokens.get(vault, patience);
  REQUIRE(acquired);
  CHECK(acquired->source() == token_source::identity_provider);
  const auto held = tokens.try_get({.resource = "https://vault.azure.net/.default"});
  REQUIRE(held);
  CHECK(held->token() == acquired->token());
  CHECK(held->source() == token_source::cache);
  CHECK_FALSE(tokens.try_get({.resource = vault.resource, .force_refresh = true}));
  CHECK_FALSE(tokens.try_get({.resource = vault.resource, .claims = "{}"}));
  CHECK_FALSE(tokens.try_get({.resource = ""}));
}

TEST_CASE("the token has the lifetime, type and resource that the host stated") {
  simulated_host_options host;
  host.expires_in = 3h;
  simulated_host imds{host};
  token_service tokens{options_for(imds.endpoint())};
  const auto before = std::chrono::system_clock::now();
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  CHECK(token->token_type() == "Bearer");
  CHECK(token->resource() == vault.resource);
  CHECK(token->expires_on() - std::chrono::floor<std::chrono::seconds>(before) >= 3h);
  REQUIRE(token->refresh_on());
  CHECK(token->expires_on() - *token->refresh_on() == 90min);
}

TEST_CASE("an error of the host reaches every waiter, with the host's details and advice") {
  simulated_host imds{with_latency(50ms)};
  outcomes results;
  token_service tokens{options_for(imds.endpoint())};
  for (int i = 0; i < 100; ++i) {
    tokens.get_async(
        {.identity = managed_identity::client_id("no such identity"), .resource = vault.resource},
        patience, [&results](auto outcome) { results.add(std::move(outcome)); });
  }
  const auto all = results.wait_for(100);
  CHECK(all_are(all, errc::identity_not_found));
  CHECK(all.front().error().http_status == 400);
  CHECK(all.front().error().source == "IMDS");
  CHECK_FALSE(all.front().error().advice.empty());
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("an endpoint that does not listen is reported as unreachable, by name") {
  // The port was in use a moment ago, and nothing listens on it now.
  const auto closed_endpoint = [] {
    simulated_host imds;
    return imds.endpoint();
  }();
  auto options = options_for(closed_endpoint);
  options.max_retries = 0;
  token_service tokens{options};
  const auto token = tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::unreachable);
  CHECK(token.error().message.find(closed_endpoint) != std::string::npos);
}

TEST_CASE("a misconfigured service can be created; every request reports the problem") {
  const auto [endpoint, code] = GENERATE(table<std::string, errc>({
      {"ftp://127.0.0.1", errc::invalid_endpoint},
      {"no url", errc::invalid_endpoint},
      {"http://example.com", errc::endpoint_not_allowed},
  }));
  token_service tokens{options_for(endpoint)};
  const auto token = tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == code);
  CHECK(token.error().message.find(endpoint) != std::string::npos);
}

TEST_CASE("the environment names the endpoint, an option overrides it, and shared() reads it") {
  simulated_host from_environment;
  simulated_host from_option;
  REQUIRE(setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", from_environment.endpoint().c_str(), 1) == 0);
  CHECK(token_service{}.get(vault, patience));
  CHECK(from_environment.statistics().token_requests == 1);
  CHECK(token_service{options_for(from_option.endpoint())}.get(vault, patience));
  CHECK(from_option.statistics().token_requests == 1);
  CHECK(token_service::shared().get(vault, patience));
  CHECK(token_service::shared().get(vault, patience));
  CHECK(from_environment.statistics().token_requests == 2);
  CHECK(&token_service::shared() == &token_service::shared());
}

TEST_CASE("no way of printing an answer shows the token") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  const std::string text{token->token().reveal()};
  const auto traced = caf::deep_to_string(*token) + to_string(caf::make_message(*token)) +
                      to_string(*token) + to_string(token->token());
  CHECK(traced.find(text) == std::string::npos);
  CHECK(traced.find("<redacted>") != std::string::npos);
}

TEST_CASE("the statistics show each counter in its place") {
  const detail::service_core core{options_for("http://127.0.0.1:9"),
                                  {.transport = std::make_shared<scripted_transport>()}};
  auto& counters = *core.context().counters;
  counters.tokens = 1;
  counters.errors = 2;
  counters.cache_hits = 3;
  counters.coalesced = 4;
  counters.acquisitions = 5;
  counters.refreshes = 6;
  counters.retries = 7;
  counters.throttled = 8;
  const auto shown = core.statistics();
  CHECK(shown.tokens == 1);
  CHECK(shown.errors == 2);
  CHECK(shown.cache_hits == 3);
  CHECK(shown.coalesced == 4);
  CHECK(shown.acquisitions == 5);
  CHECK(shown.refreshes == 6);
  CHECK(shown.retries == 7);
  CHECK(shown.throttled == 8);
  CHECK(shown.keys == 0);
}
