// Callers that wait: timeouts, cancellation, and the threads that continue.
#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/one_thread_system.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a blocking caller whose timeout passes leaves the others waiting") {
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

TEST_CASE("a blocking caller is answered by its deadline even while the actors cannot run") {
  one_thread_system actors;
  auto tokens = make_token_service(
      options_for("http://127.0.0.1:9"),
      {.system = &actors.system(), .transport = std::make_shared<scripted_transport>()});
  actors.block();
  const auto token = tokens.get(vault, 20ms);
  actors.release();
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::deadline_exceeded);
}

TEST_CASE("a timeout that is not positive is rejected in every kind of request") {
  scripted_service host;
  outcomes results;
  CHECK(host.tokens.get(vault, 0s).error().code == errc::invalid_timeout);
  host.tokens.get_async(vault, -1s, [&](auto outcome) { results.add(std::move(outcome)); });
  CHECK(all_are(results.wait_for(1), errc::invalid_timeout));
}

TEST_CASE("a blocking get in a completion fails instead of waiting for itself") {
  scripted_service host;
  outcomes results;
  host.tokens.get_async(vault, patience, [&](const auto&) {
    results.add(host.tokens.get({.resource = "https://other"}, patience));
  });
  host.grant(0);
  CHECK(all_are(results.wait_for(1), errc::would_block));
}

TEST_CASE("a canceled caller is answered at once, and the others keep waiting") {
  scripted_service host;
  std::stop_source stop;
  outcomes results;
  outcomes cancelled;
  host.tokens.get_async(vault, patience,
                        [&results](auto outcome) { results.add(std::move(outcome)); });
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
  CHECK(all_same_token(results.wait_for(1)));
  CHECK(results.size() == 1);
  CHECK(cancelled.size() == 1);
}

TEST_CASE("the exchange of a caller that has canceled is given up a little later") {
  scripted_service host;
  std::stop_source stop;
  host.tokens.get_async(
      vault, patience, [](const auto&) {}, stop.get_token());
  host.wait_until_asked(1);
  stop.request_stop();
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (host.transport->cancelled() == 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(host.transport->cancelled() == 1);
}

TEST_CASE("a blocking caller does not wait for its deadline when the actors have ended") {
  scripted_service host;
  auto outcome = std::async(std::launch::async, [&] { return host.tokens.get(vault, 20s); });
  host.wait_until_asked(1);
  caf_compat::send_exit(host.tokens.cache(), caf::exit_reason::kill);
  CHECK(outcome.get().error().code == errc::actor_terminated);
}

TEST_CASE("a request that is already canceled sends nothing, whether or not a token is cached") {
  scripted_service host;
  std::stop_source stop;
  stop.request_stop();
  const auto check = [&] {
    CHECK(host.tokens.get(vault, patience, stop.get_token()).error().code == errc::cancelled);
    outcomes results;
    host.tokens.get_async(
        vault, patience, [&results](auto outcome) { results.add(std::move(outcome)); },
        stop.get_token());
    ask(host.tokens, vault, results, stop.get_token());
    CHECK(all_are(results.wait_for(2), errc::cancelled));
  };
  check();
  CHECK(host.transport->started() == 0);
  outcomes results;
  host.tokens.get_async(vault, patience,
                        [&results](auto outcome) { results.add(std::move(outcome)); });
  host.grant(0);
  results.wait_for(1);
  check();
}

TEST_CASE("a stop after the answer has no effect, even after the service is destroyed") {
  std::stop_source stop;
  outcomes results;
  {
    scripted_service host;
    host.tokens.get_async(
        vault, patience, [&results](auto outcome) { results.add(std::move(outcome)); },
        stop.get_token());
    host.grant(0);
    CHECK(all_same_token(results.wait_for(1)));
  }
  stop.request_stop();
  CHECK(results.size() == 1);
}

TEST_CASE(
    "a coroutine stays in its thread if the token is cached, and otherwise resumes in another") {
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

TEST_CASE("a blocking get in an actor fails at once if the actor's thread may be needed") {
  application_config config;
  const bool shares_system = GENERATE(true, false);
  caf_compat::configure_threads(config, GENERATE("stealing", "sharing"), 1);
  caf::actor_system system{config};
  const auto transport = std::make_shared<scripted_transport>();
  service_parts parts{.transport = transport};
  if (shares_system) {
    parts.system = &system;
  }
  auto tokens = make_token_service(options_for("http://127.0.0.1:9"), parts);
  outcomes results;
  system.spawn([&](caf::event_based_actor*, int) { results.add(tokens.get(vault, patience)); }, 0);
  if (!shares_system) {
    while (transport->started() < 1) {
      std::this_thread::yield();
    }
    transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
    CHECK(results.wait_for(1).front());
  } else {
    CHECK(all_are(results.wait_for(1), errc::would_block));
    // A detached actor has a thread of its own.
    system.spawn<caf::detached>(
        [&](caf::event_based_actor*, int) { results.add(tokens.get(vault, patience)); }, 0);
    while (transport->started() < 1) {
      std::this_thread::yield();
    }
    transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
    CHECK(results.wait_for(2).back());
  }
}

TEST_CASE("a blocking get in an actor that runs on the service's own thread fails at once") {
  application_config config;
  caf_compat::configure_sleeping_threads(config, 1);
  caf::actor_system system{config};
  scripted_service host;
  outcomes results;
  // The answer resumes the actor on the thread of the actor that answers.
  system.spawn(
      [&](caf::event_based_actor* self, const token_actor& cache) {
        caf_compat::request(self, cache, vault, std::chrono::nanoseconds{patience})
            .then(
                [&](const access_token&) {
                  results.add(host.tokens.get({.resource = "https://other.net"}, 2s));
                },
                [](const caf::error&) {});
      },
      host.tokens.cache());
  host.grant(0);
  CHECK(all_are(results.wait_for(1), errc::would_block));
}

TEST_CASE("a blocking get in an observer fails at once") {
  scripted_service host;
  outcomes results;
  const auto subscription = host.tokens.observe([&](const token_event& event) {
    if (std::holds_alternative<acquisition_started>(event)) {
      results.add(host.tokens.get({.resource = "https://other.net"}, patience));
    }
  });
  host.tokens.get_async(vault, patience, nullptr);
  CHECK(all_are(results.wait_for(1), errc::would_block));
}

TEST_CASE("actors run only on threads of their own system, whatever system a message comes from") {
  application_config config;
  caf_compat::configure_sleeping_threads(config, 1);
  caf::actor_system system{config};
  scripted_service host;
  outcomes results;
  // The actor blocks the only thread of its system after it has sent a request.
  system.spawn(
      [&](caf::event_based_actor* self, const token_actor& cache) {
        caf_compat::request(self, cache, vault, std::chrono::nanoseconds{patience})
            .then([](const access_token&) {}, [](const caf::error&) {});
        results.add(host.tokens.get(vault, 30s));
      },
      host.tokens.cache());
  host.grant(0);
  CHECK(all_same_token(results.wait_for(1)));
}
