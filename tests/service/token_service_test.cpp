// The whole, from the front door over real HTTP to the simulator and back.
#include "service/service_core.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <latch>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

constexpr auto patience = 60s;
const token_request vault{.resource = "https://vault.azure.net"};

simulated_host_options latency_of(std::chrono::nanoseconds latency) {
  simulated_host_options options;
  options.latency = latency;
  return options;
}

token_service_options asking(const std::string& endpoint, host_limits limits = {64, 0}) {
  token_service_options options;
  options.endpoint = endpoint;
  options.limits = limits;
  return options;
}

// A service whose host answers when, and what, the test says.
struct scripted_service {
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  token_service tokens = make_token_service(asking("http://127.0.0.1:9"), transport);

  // The transport is asked on another thread.
  void wait_until_asked(std::size_t count) const {
    while (transport->started() < count) {
      std::this_thread::yield();
    }
  }

  void grant(std::size_t index, const std::string& token = "T") const {
    wait_until_asked(index + 1);
    transport->respond(index, 200, R"({"access_token":")" + token + R"(","expires_in":"86400"})");
  }
};

detached ask(token_service& tokens, token_request request, outcomes& told,
             std::stop_token stop = {}) {
  told.add(co_await tokens.async_get(request, patience, stop));
}

}  // namespace

TEST_CASE("10,000 callbacks that ask at once cause one HTTP request, and get one token") {
  simulated_host imds{latency_of(50ms)};
  outcomes told;
  token_service tokens{asking(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    tokens.get_async(vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); });
  }
  CHECK(all_same_token(told.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
  CHECK(imds.statistics().connections == 1);
  CHECK(tokens.statistics().tokens == 10'000);
  CHECK(tokens.statistics().coalesced + tokens.statistics().cache_hits == 9'999);
}

TEST_CASE("10,000 coroutines that ask at once cause one HTTP request, and get one token") {
  simulated_host imds{latency_of(50ms)};
  outcomes told;
  token_service tokens{asking(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    ask(tokens, vault, told);
  }
  CHECK(all_same_token(told.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("10,000 actors that ask at once cause one HTTP request, and get one token") {
  simulated_host imds{latency_of(50ms)};
  outcomes told;
  caf::actor_system_config config;
  caf::actor_system system{config};
  token_service tokens{system, asking(imds.endpoint())};
  for (int i = 0; i < 10'000; ++i) {
    system.spawn(
        [&told](caf::event_based_actor* self, const token_actor& cache) {
          self->request(cache, caf::infinite, vault)
              .then([&told](const access_token& token) { told.add(token); },
                    [&told](const caf::error& e) { told.add(unexpected{to_error(e)}); });
        },
        tokens.cache());
  }
  CHECK(all_same_token(told.wait_for(10'000)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("500 threads that block for the same token cause one HTTP request") {
  simulated_host imds{latency_of(50ms)};
  outcomes told;
  token_service tokens{asking(imds.endpoint())};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 500; ++i) {
      threads.emplace_back([&] { told.add(tokens.get(vault, patience)); });
    }
  }
  CHECK(all_same_token(told.wait_for(500)));
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("1,000 resources cause 1,000 requests over no more connections than may be in flight") {
  simulated_host imds;
  outcomes told;
  token_service tokens{asking(imds.endpoint(), {8, 0})};
  for (int i = 0; i < 1'000; ++i) {
    tokens.get_async({.resource = "https://resource-" + std::to_string(i)}, patience,
                     [&told](auto outcome) { told.add(std::move(outcome)); });
  }
  std::set<std::string> different;
  for (const auto& each : told.wait_for(1'000)) {
    REQUIRE(each);
    different.emplace(each->token().reveal());
  }
  CHECK(different.size() == 1'000);
  CHECK(imds.statistics().token_requests == 1'000);
  CHECK(imds.statistics().connections <= 8);
  CHECK(imds.statistics().peak_in_flight <= 8);
  CHECK(tokens.statistics().http.requests == 1'000);
}

TEST_CASE("a token is at hand for try_get once anybody was answered, and not before") {
  simulated_host imds;
  token_service tokens{asking(imds.endpoint())};
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

TEST_CASE("what the host says goes to the token: its life, its type and its resource") {
  simulated_host_options host;
  host.expires_in = 3h;
  simulated_host imds{host};
  token_service tokens{asking(imds.endpoint())};
  const auto before = std::chrono::system_clock::now();
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  CHECK(token->token_type() == "Bearer");
  CHECK(token->resource() == vault.resource);
  CHECK(token->expires_on() - std::chrono::floor<std::chrono::seconds>(before) >= 3h);
  REQUIRE(token->refresh_on());
  CHECK(token->expires_on() - *token->refresh_on() == 90min);
}

TEST_CASE("an error of the host reaches every waiter, with what the host said and what to do") {
  simulated_host imds{latency_of(50ms)};
  outcomes told;
  token_service tokens{asking(imds.endpoint())};
  for (int i = 0; i < 100; ++i) {
    tokens.get_async(
        {.identity = managed_identity::client_id("no such identity"), .resource = vault.resource},
        patience, [&told](auto outcome) { told.add(std::move(outcome)); });
  }
  const auto all = told.wait_for(100);
  CHECK(all_are(all, errc::identity_not_found));
  CHECK(all.front().error().http_status == 400);
  CHECK(all.front().error().source == "IMDS");
  CHECK_FALSE(all.front().error().advice.empty());
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("an endpoint where nobody listens is a typed error that names it") {
  // The port was free a moment ago, and nobody listens on it.
  const auto gone = [] {
    simulated_host imds;
    return imds.endpoint();
  }();
  auto options = asking(gone);
  options.retries = false;
  token_service tokens{options};
  const auto token = tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::unreachable);
  CHECK(token.error().message.find(gone) != std::string::npos);
}

TEST_CASE("a service that is set up wrongly is made, and says so to every request") {
  const auto [endpoint, code] = GENERATE(table<std::string, errc>({
      {"ftp://127.0.0.1", errc::invalid_endpoint},
      {"no url", errc::invalid_endpoint},
      {"http://example.com", errc::endpoint_not_allowed},
  }));
  token_service tokens{asking(endpoint)};
  const auto token = tokens.get(vault, patience);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == code);
  CHECK(token.error().message.find(endpoint) != std::string::npos);
}

TEST_CASE("a blocking caller whose time runs out leaves the others waiting") {
  scripted_service host;
  outcomes patient;
  host.tokens.get_async(vault, patience, [&](auto outcome) { patient.add(std::move(outcome)); });
  const auto hasty = host.tokens.get(vault, 20ms);
  REQUIRE_FALSE(hasty);
  CHECK(hasty.error().code == errc::deadline_exceeded);
  CHECK(patient.size() == 0);
  host.grant(0);
  CHECK(all_same_token(patient.wait_for(1)));
  CHECK(host.transport->started() == 1);
}

TEST_CASE("a blocking caller is answered by its deadline even while the actors are kept from it") {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{1});
  caf::actor_system system{config};
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens =
      make_token_service(asking("http://127.0.0.1:9"), {.system = &system, .transport = transport});
  std::latch blocked{1};
  std::latch release{1};
  system.spawn(
      [&](caf::event_based_actor*, int) {
        blocked.count_down();
        release.wait();
      },
      0);
  blocked.wait();
  const auto token = tokens.get(vault, 20ms);
  release.count_down();
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::deadline_exceeded);
}

TEST_CASE("a timeout of nothing is refused, whoever asks") {
  scripted_service host;
  outcomes told;
  CHECK(host.tokens.get(vault, 0s).error().code == errc::invalid_timeout);
  host.tokens.get_async(vault, -1s, [&](auto outcome) { told.add(std::move(outcome)); });
  CHECK(all_are(told.wait_for(1), errc::invalid_timeout));
}

TEST_CASE("a blocking get from a completion is refused instead of waiting for itself") {
  scripted_service host;
  outcomes told;
  host.tokens.get_async(vault, patience, [&](const auto&) {
    told.add(host.tokens.get({.resource = "https://other"}, patience));
  });
  host.grant(0);
  CHECK(all_are(told.wait_for(1), errc::would_block));
}

TEST_CASE("a caller that cancels is told so at once, the others wait on") {
  scripted_service host;
  std::stop_source stop;
  outcomes told;
  outcomes cancelled;
  host.tokens.get_async(vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); });
  host.tokens.get_async(
      vault, patience, [&cancelled](auto outcome) { cancelled.add(std::move(outcome)); },
      stop.get_token());
  auto blocking = std::async(std::launch::async, [&host, &stop] {
    return host.tokens.get(vault, patience, stop.get_token());
  });
  host.wait_until_asked(1);
  stop.request_stop();
  CHECK(all_are(cancelled.wait_for(1), errc::cancelled));
  CHECK(blocking.get().error().code == errc::cancelled);
  host.grant(0);
  CHECK(all_same_token(told.wait_for(1)));
  CHECK(told.size() == 1);
  CHECK(cancelled.size() == 1);
}

TEST_CASE("a request that comes cancelled sends nothing, whoever asks, token at hand or not") {
  scripted_service host;
  std::stop_source stop;
  stop.request_stop();
  const auto check = [&] {
    CHECK(host.tokens.get(vault, patience, stop.get_token()).error().code == errc::cancelled);
    outcomes told;
    host.tokens.get_async(
        vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); }, stop.get_token());
    ask(host.tokens, vault, told, stop.get_token());
    CHECK(all_are(told.wait_for(2), errc::cancelled));
  };
  check();
  CHECK(host.transport->started() == 0);
  outcomes told;
  host.tokens.get_async(vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); });
  host.grant(0);
  told.wait_for(1);
  check();
}

TEST_CASE("a stop that comes after the answer changes nothing, nor after the service has gone") {
  std::stop_source stop;
  outcomes told;
  {
    scripted_service host;
    host.tokens.get_async(
        vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); }, stop.get_token());
    host.grant(0);
    CHECK(all_same_token(told.wait_for(1)));
  }
  stop.request_stop();
  CHECK(told.size() == 1);
}

TEST_CASE("a coroutine goes on in its own thread when the token is at hand, else on another") {
  scripted_service host;
  std::promise<std::pair<std::thread::id, std::thread::id>> threads;
  auto run = [&]() -> detached {
    (void)co_await host.tokens.async_get(vault, patience);
    const auto after_waiting = std::this_thread::get_id();
    (void)co_await host.tokens.async_get(vault, patience);
    threads.set_value({after_waiting, std::this_thread::get_id()});
  };
  run();
  host.grant(0);
  const auto [after_waiting, after_hit] = threads.get_future().get();
  CHECK(after_waiting != std::this_thread::get_id());
  CHECK(after_hit == after_waiting);
}

TEST_CASE("shutting down answers every open request of every kind, and then refuses new ones") {
  scripted_service host;
  outcomes told;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] { told.add(host.tokens.get(vault, patience)); });
  }
  for (int i = 0; i < 1'000; ++i) {
    host.tokens.get_async({.resource = "https://resource-" + std::to_string(i % 100)}, patience,
                          [&](auto outcome) { told.add(std::move(outcome)); });
    ask(host.tokens, vault, told);
  }
  host.wait_until_asked(1);
  host.tokens.shutdown();
  threads.clear();
  CHECK(told.size() == 2'010);
  CHECK(all_are(told.wait_for(2'010), errc::shutting_down));
  CHECK(host.tokens.get(vault, patience).error().code == errc::shutting_down);
  host.tokens.get_async(vault, patience, [&](auto outcome) { told.add(std::move(outcome)); });
  ask(host.tokens, vault, told);
  CHECK(all_are(told.wait_for(2'012), errc::shutting_down));
  host.tokens.shutdown();
}

TEST_CASE("destroying a service answers those who wait, over a real connection too") {
  simulated_host imds{latency_of(1h)};
  outcomes told;
  {
    token_service tokens{asking(imds.endpoint())};
    for (int i = 0; i < 200; ++i) {
      tokens.get_async({.resource = "https://resource-" + std::to_string(i)}, patience,
                       [&](auto outcome) { told.add(std::move(outcome)); });
    }
    while (imds.statistics().in_flight == 0) {
      std::this_thread::yield();
    }
  }
  CHECK(told.size() == 200);
  CHECK(all_are(told.wait_for(200), errc::shutting_down));
}

TEST_CASE("a service in an application's actor system leaves it when it goes") {
  simulated_host imds;
  caf::actor_system_config config;
  caf::actor_system system{config};
  for (int i = 0; i < 3; ++i) {
    token_service tokens{system, asking(imds.endpoint())};
    CHECK(tokens.get(vault, patience));
  }
  system.await_all_actors_done();
  CHECK(imds.statistics().token_requests == 3);
}

TEST_CASE("a service of its own goes while the actors of another system, which asked it, live on") {
  simulated_host imds;
  caf::actor_system_config config;
  // Its threads run whom they send to.
  caf_compat::configure_sleeping_threads(config, 2);
  caf::actor_system system{config};
  outcomes told;
  for (int round = 0; round < 3; ++round) {
    token_service tokens{asking(imds.endpoint())};
    for (int i = 0; i < 20; ++i) {
      const token_request request{.resource = "https://" + std::to_string(round * 20 + i) + ".net"};
      system.spawn(
          [&told, request](caf::event_based_actor* self, const token_actor& cache) {
            caf_compat::request(self, cache, request, std::chrono::nanoseconds{patience})
                .then([&told](const access_token& token) { told.add(token); },
                      [&told](const caf::error& e) { told.add(unexpected{to_error(e)}); });
          },
          tokens.cache());
    }
    const auto answers = told.wait_for(static_cast<std::size_t>(20 * (round + 1)));
    CHECK(std::ranges::all_of(answers, [](const auto& outcome) { return outcome.has_value(); }));
  }
}

TEST_CASE("a service made in one thread is destroyed in another while the first lives on") {
  simulated_host imds;
  std::latch made{1};
  std::latch destroyed{1};
  std::unique_ptr<token_service> with_own_system;
  caf::actor_system_config config;
  auto system = std::make_unique<caf::actor_system>(config);
  std::unique_ptr<token_service> with_lent_system;
  std::jthread maker{[&] {
    with_own_system = std::make_unique<token_service>(asking(imds.endpoint()));
    with_lent_system = std::make_unique<token_service>(*system, asking(imds.endpoint()));
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

TEST_CASE("an actor observes what the service does, until its subscription goes") {
  caf::actor_system_config config;
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
      std::size_t{3});
  outcomes told;
  {
    const auto subscription = observe(host.tokens, observer);
    host.tokens.get_async(vault, patience, [&told](auto outcome) { told.add(std::move(outcome)); });
    host.grant(0);
    told.wait_for(1);
    const auto texts = heard.get_future().get();
    CHECK(texts[0].starts_with("acquisition_started(https://vault.azure.net for system-assigned"));
    CHECK(texts[1].starts_with("acquisition_succeeded(https://vault.azure.net"));
    CHECK(texts[2].starts_with("refresh_scheduled(https://vault.azure.net"));
  }
  // A fourth event would break the promise.
  auto again = vault;
  again.force_refresh = true;
  host.tokens.get_async(again, patience, [&told](auto outcome) { told.add(std::move(outcome)); });
  host.grant(1);
  told.wait_for(2);
  caf_compat::send_exit(observer, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor learns the error of midas from the error of CAF") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tokens =
      make_token_service(asking("http://127.0.0.1:9"),
                         {.system = &system, .transport = std::make_shared<scripted_transport>()});
  outcomes told;
  system.spawn(
      [&told](caf::event_based_actor* self, const token_actor& cache) {
        self->request(cache, caf::infinite, token_request{})
            .then([&told](const access_token& token) { told.add(token); },
                  [&told](const caf::error& e) { told.add(unexpected{to_error(e)}); });
      },
      tokens.cache());
  CHECK(all_are(told.wait_for(1), errc::invalid_resource));
}

TEST_CASE("a cache actor that somebody kills is replaced, and the service goes on") {
  simulated_host imds;
  token_service tokens{asking(imds.endpoint())};
  REQUIRE(tokens.get(vault, patience));
  const auto killed = tokens.cache();
  caf_compat::send_exit(killed, caf::exit_reason::kill);
  while (tokens.cache() == killed) {
    std::this_thread::yield();
  }
  CHECK(tokens.try_get(vault));
  CHECK(tokens.get({.resource = "https://other"}, patience));
}

TEST_CASE("the environment names the endpoint, an option goes before it, and shared() reads it") {
  simulated_host from_environment;
  simulated_host from_option;
  REQUIRE(setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", from_environment.endpoint().c_str(), 1) == 0);
  CHECK(token_service{}.get(vault, patience));
  CHECK(from_environment.statistics().token_requests == 1);
  CHECK(token_service{asking(from_option.endpoint())}.get(vault, patience));
  CHECK(from_option.statistics().token_requests == 1);
  CHECK(token_service::shared().get(vault, patience));
  CHECK(token_service::shared().get(vault, patience));
  CHECK(from_environment.statistics().token_requests == 2);
  CHECK(&token_service::shared() == &token_service::shared());
}

TEST_CASE("no printing of what travels shows the token") {
  simulated_host imds;
  token_service tokens{asking(imds.endpoint())};
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  const std::string text{token->token().reveal()};
  const auto traced = caf::deep_to_string(*token) + to_string(caf::make_message(*token)) +
                      to_string(*token) + to_string(token->token());
  CHECK(traced.find(text) == std::string::npos);
  CHECK(traced.find("<redacted>") != std::string::npos);
}
