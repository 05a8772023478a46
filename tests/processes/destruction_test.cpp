// A service may be destroyed anywhere: in a callback, an observer, a coroutine, or by exit() in any
// of them. Each case runs in a child process, which must end.
#include "tests/processes/service_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include <midas/token_event.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace destruction_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a service whose last owner is a callback is destroyed with the callback") {
  const bool twice = GENERATE(false, true);
  CHECK(end_of_child([twice] {
          std::promise<void> gone;
          outcomes others;
          auto mine = make_owner(gone);
          const auto transport = mine->transport;
          mine->tokens().get_async({.resource = "https://other.net"}, patience,
                                   [&others](auto outcome) { others.add(std::move(outcome)); });
          wait_until_asked(*transport, 1);
          auto* const borrowed = mine.get();
          borrowed->tokens().get_async(vault, patience, [mine = std::move(mine), twice](auto) {
            if (twice) {
              mine->tokens().shutdown();
              mine->tokens().shutdown();
            }
          });
          wait_until_asked(*transport, 2);
          transport->respond(1, 200, token_json);
          gone.get_future().wait();
          return all_are(others.wait_for(1), errc::shutting_down) ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("a service that is a local of a coroutine is destroyed where the coroutine resumes") {
  CHECK(end_of_child([] {
          std::promise<bool> done;
          const auto transport = std::make_shared<scripted_transport>();
          auto run = [&]() -> detached {
            bool good = false;
            {
              auto tokens = make_token_service(options_for("http://127.0.0.1:9"), transport);
              auto outcome = co_await tokens.async_get(vault, patience);
              good = outcome.has_value();
            }
            done.set_value(good);
          };
          run();
          wait_until_asked(*transport);
          transport->respond(0, 200, token_json);
          return done.get_future().get() ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("exit() in a callback ends the process, with a static service and without") {
  const bool is_static = GENERATE(false, true);
  CHECK(end_of_child([is_static]() -> int {
          const auto make = [] { return std::make_unique<owner>(); };
          static std::unique_ptr<owner> kept;
          auto mine = make();
          auto& tokens = mine->tokens;
          const auto transport = mine->transport;
          if (is_static) {
            kept = std::move(mine);
          }
          tokens.get_async(vault, patience, [](const auto&) { std::exit(3); });
          wait_until_asked(*transport);
          transport->respond(0, 200, token_json);
          std::this_thread::sleep_for(1h);
          return 1;
        }) == "exit 3");
}

TEST_CASE("a service is destroyed by an observer") {
  const bool by_exit = GENERATE(false, true);
  CHECK(end_of_child([by_exit]() -> int {
          std::promise<void> gone;
          static std::shared_ptr<guarded_owner> mine = make_owner(gone);
          const auto transport = mine->transport;
          outcomes results;
          static auto subscription = mine->tokens().observe([by_exit](const token_event& event) {
            if (std::holds_alternative<acquisition_succeeded>(event)) {
              if (by_exit) {
                std::exit(3);
              }
              mine.reset();
            }
          });
          mine->tokens().get_async(vault, patience,
                                   [&results](auto outcome) { results.add(std::move(outcome)); });
          wait_until_asked(*transport);
          transport->respond(0, 200, token_json);
          gone.get_future().wait();
          if (by_exit) {
            // Only one thread may call exit().
            std::this_thread::sleep_for(1h);
          }
          // By the service, because the acquisition cannot answer before the observer returns.
          return all_are(results.wait_for(1), errc::shutting_down) ? 3 : 1;
        }) == "exit 3");
}

TEST_CASE("a service is destroyed together with an observer that throws") {
  CHECK(end_of_child([] {
          std::promise<void> gone;
          auto mine = make_owner(gone);
          auto* const borrowed = mine.get();
          const auto transport = mine->transport;
          const auto subscription = borrowed->tokens().observe(
              [mine = std::move(mine)](const token_event&) { throw std::runtime_error{"no"}; });
          borrowed->tokens().get_async(vault, patience, nullptr);
          gone.get_future().wait();
          return 0;
        }) == "exit 0");
}

TEST_CASE("a service is destroyed by a stop that a callback requests") {
  CHECK(end_of_child([] {
          std::promise<void> gone;
          std::stop_source stop;
          auto mine = make_owner(gone);
          auto* const borrowed = mine.get();
          const auto transport = mine->transport;
          borrowed->tokens().get_async(vault, patience, [&stop](auto) { stop.request_stop(); });
          borrowed->tokens().get_async(
              {.resource = "https://other.net"}, patience, [mine = std::move(mine)](const auto&) {},
              stop.get_token());
          wait_until_asked(*transport, 2);
          transport->respond(0, 200, token_json);
          gone.get_future().wait();
          return 0;
        }) == "exit 0");
}

TEST_CASE("a service that a stop destroys on a thread of the application ends there") {
  CHECK(end_of_child([] {
          std::promise<void> gone;
          std::stop_source stop;
          auto mine = make_owner(gone);
          auto* const borrowed = mine.get();
          borrowed->tokens().get_async(
              vault, patience, [mine = std::move(mine)](const auto&) {}, stop.get_token());
          stop.request_stop();
          gone.get_future().wait();
          return 0;
        }) == "exit 0");
}

TEST_CASE("callbacks that a destructor calls may destroy other services") {
  CHECK(end_of_child([] {
          std::promise<void> first_gone;
          std::promise<void> second_gone;
          auto first = make_owner(first_gone);
          auto second = make_owner(second_gone);
          auto* const borrowed = second.get();
          const auto transport = first->transport;
          // The callback of the first service owns the second, and the other way round.
          borrowed->tokens().get_async(vault, patience, [first](const auto&) {});
          first->tokens().get_async(vault, patience, [second = std::move(second)](const auto&) {});
          first.reset();
          wait_until_asked(*transport);
          transport->respond(0, 200, token_json);
          first_gone.get_future().wait();
          second_gone.get_future().wait();
          return 0;
        }) == "exit 0");
}

TEST_CASE("nothing is called after a shutdown that follows at once, 300 times") {
  CHECK(end_of_child([] {
          for (int round = 0; round < 300; ++round) {
            std::atomic<int> answered = 0;
            owner mine;
            for (int i = 0; i < 3; ++i) {
              mine.tokens.get_async(vault, patience, [&answered](const auto&) { ++answered; });
            }
            mine.tokens.shutdown();
            if (answered != 3) {
              return 1;
            }
          }
          return 0;
        }) == "exit 0");
}

}  // namespace destruction_test
