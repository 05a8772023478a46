// The service and its actors at the beginning and the end of their lives.
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

#include <algorithm>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("shutdown answers open requests of every kind, and later ones fail") {
  scripted_service host;
  outcomes results;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] { results.add(host.tokens.get(vault, patience)); });
  }
  for (int i = 0; i < 1'000; ++i) {
    host.tokens.get_async({.resource = "https://resource-" + std::to_string(i % 100)}, patience,
                          [&](auto outcome) { results.add(std::move(outcome)); });
    ask(host.tokens, vault, results);
  }
  host.wait_until_asked(1);
  host.tokens.shutdown();
  threads.clear();
  CHECK(results.size() == 2'010);
  CHECK(all_are(results.wait_for(2'010), errc::shutting_down));
  CHECK(host.tokens.get(vault, patience).error().code == errc::shutting_down);
  host.tokens.get_async(vault, patience, [&](auto outcome) { results.add(std::move(outcome)); });
  ask(host.tokens, vault, results);
  CHECK(all_are(results.wait_for(2'012), errc::shutting_down));
  host.tokens.shutdown();
}

TEST_CASE("destroying a service answers its waiters, with a real connection open") {
  simulated_host imds{with_latency(1h)};
  outcomes results;
  {
    token_service tokens{options_for(imds.endpoint())};
    for (int i = 0; i < 200; ++i) {
      tokens.get_async({.resource = "https://resource-" + std::to_string(i)}, patience,
                       [&](auto outcome) { results.add(std::move(outcome)); });
    }
    while (imds.statistics().in_flight == 0) {
      std::this_thread::yield();
    }
  }
  CHECK(results.size() == 200);
  CHECK(all_are(results.wait_for(200), errc::shutting_down));
}

TEST_CASE("a service in an application's actor system leaves no actor behind") {
  simulated_host imds;
  application_config config;
  caf::actor_system system{config};
  for (int i = 0; i < 3; ++i) {
    token_service tokens{system, options_for(imds.endpoint())};
    CHECK(tokens.get(vault, patience));
  }
  system.await_all_actors_done();
  CHECK(imds.statistics().token_requests == 3);
}

TEST_CASE(
    "a service with its own system can be destroyed while actors of another system that used it "
    "live on") {
  simulated_host imds;
  application_config config;
  // Its threads run the actors that they send to.
  caf_compat::configure_sleeping_threads(config, 2);
  caf::actor_system system{config};
  outcomes results;
  for (int round = 0; round < 3; ++round) {
    token_service tokens{options_for(imds.endpoint())};
    for (int i = 0; i < 20; ++i) {
      const token_request request{.resource = "https://" + std::to_string(round * 20 + i) + ".net"};
      system.spawn(
          [&results, request](caf::event_based_actor* self, const token_actor& cache) {
            caf_compat::request(self, cache, request, std::chrono::nanoseconds{patience})
                .then([&results](const access_token& token) { results.add(token); },
                      [&results](const caf::error& e) { results.add(unexpected{to_error(e)}); });
          },
          tokens.cache());
    }
    const auto answers = results.wait_for(static_cast<std::size_t>(20 * (round + 1)));
    CHECK(std::ranges::all_of(answers, [](const auto& outcome) { return outcome.has_value(); }));
  }
}

TEST_CASE("a service can be destroyed in another thread than the one that created it") {
  simulated_host imds;
  std::latch made{1};
  std::latch destroyed{1};
  std::unique_ptr<token_service> with_own_system;
  application_config config;
  auto system = std::make_unique<caf::actor_system>(config);
  std::unique_ptr<token_service> with_lent_system;
  std::jthread maker{[&] {
    with_own_system = std::make_unique<token_service>(options_for(imds.endpoint()));
    with_lent_system = std::make_unique<token_service>(*system, options_for(imds.endpoint()));
    made.count_down();
    destroyed.wait();
  }};
  made.wait();
  CHECK(with_own_system->get(vault, patience));
  CHECK(with_lent_system->get(vault, patience));
  with_own_system.reset();
  with_lent_system.reset();
  system.reset();
  destroyed.count_down();
}

TEST_CASE("an actor observes the service until its subscription ends") {
  application_config config;
  caf::actor_system system{config};
  scripted_service host;
  std::promise<std::vector<std::string>> heard;
  const auto observer = system.spawn(
      [&heard](observer_actor::pointer, std::size_t count) -> observer_actor::behavior_type {
        return {
            [&heard, count, texts = std::vector<std::string>{}](const token_event& event) mutable {
              texts.push_back(to_string(event));
              if (texts.size() == count) {
                heard.set_value(texts);
              }
            }};
      },
      std::size_t{5});
  outcomes results;
  {
    const auto subscription = observe(host.tokens, observer);
    host.tokens.get_async(vault, patience,
                          [&results](auto outcome) { results.add(std::move(outcome)); });
    host.grant(0);
    results.wait_for(1);
    const auto texts = heard.get_future().get();
    CHECK(texts[0].starts_with("host_chosen host=imds "));
    CHECK(texts[1].starts_with(
        "acquisition_started resource=https://vault.azure.net identity=system-assigned "));
    CHECK(texts[2].starts_with("exchange_finished resource=https://vault.azure.net "));
    CHECK(texts[3].starts_with("acquisition_succeeded resource=https://vault.azure.net "));
    CHECK(texts[4].starts_with("refresh_scheduled resource=https://vault.azure.net "));
  }
  // Another event would set the promise twice, which throws.
  auto again = vault;
  again.force_refresh = true;
  host.tokens.get_async(again, patience,
                        [&results](auto outcome) { results.add(std::move(outcome)); });
  host.grant(1);
  results.wait_for(2);
  caf_compat::send_exit(observer, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor reads the error of midas from the error of CAF") {
  application_config config;
  caf::actor_system system{config};
  auto tokens =
      make_token_service(options_for("http://127.0.0.1:9"),
                         {.system = &system, .transport = std::make_shared<scripted_transport>()});
  outcomes results;
  system.spawn(
      [&results](caf::event_based_actor* self, const token_actor& cache) {
        caf_compat::request(self, cache, token_request{})
            .then([&results](const access_token& token) { results.add(token); },
                  [&results](const caf::error& e) { results.add(unexpected{to_error(e)}); });
      },
      tokens.cache());
  CHECK(all_are(results.wait_for(1), errc::invalid_resource));
}

TEST_CASE("a cache actor that is killed is replaced, and the service keeps working") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  REQUIRE(tokens.get(vault, patience));
  const auto killed = tokens.cache();
  caf_compat::send_exit(killed, caf::exit_reason::kill);
  while (tokens.cache() == killed) {
    std::this_thread::yield();
  }
  CHECK(tokens.try_get(vault));
  CHECK(tokens.get({.resource = "https://other"}, patience));
}
