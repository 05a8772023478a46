// A service may be destroyed by an actor of the application. Each case runs in a child process,
// which must end.
#include "tests/processes/service_owner.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/outcomes.hpp"
#include <midas/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <utility>

namespace destruction_by_actor_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a service in an application's system of one thread is destroyed by an actor there") {
  const bool by_exit = GENERATE(false, true);
  CHECK(end_of_child([by_exit]() -> int {
          // Not destroyed at exit, because the main thread still waits for it.
          static auto& results = *new outcomes;
          static std::shared_ptr<owner> mine;
          {
            application_config config;
            caf_compat::configure_threads(config, "stealing", 1);
            caf::actor_system system{config};
            mine = std::make_shared<owner>(system);
            mine->tokens.get_async(vault, patience,
                                   [](auto outcome) { results.add(std::move(outcome)); });
            wait_until_asked(*mine->transport);
            system.spawn(
                [](caf::event_based_actor*, bool exits) {
                  if (exits) {
                    std::exit(3);
                  }
                  const auto began = std::chrono::steady_clock::now();
                  mine.reset();
                  // Answered by the destructor, which does not wait: the actors could not run.
                  const bool in_time =
                      results.size() == 1 && std::chrono::steady_clock::now() - began < 4s;
                  results.add(fail(in_time ? errc::cancelled : errc::invalid_http, "ended"));
                },
                by_exit);
            results.wait_for(2);
          }
          const auto all = results.wait_for(2);
          return is(all[0], errc::shutting_down) && is(all[1], errc::cancelled) ? 3 : 1;
        }) == "exit 3");
}

TEST_CASE("an actor of the application destroys a service with a system of its own") {
  // The actor runs on its own system's only thread, or on the service's, whose actors answer it.
  const bool in_answer = GENERATE(false, true);
  CHECK(end_of_child([in_answer] {
          std::promise<void> gone;
          application_config config;
          caf_compat::configure_sleeping_threads(config, 1);
          caf::actor_system system{config};
          auto mine = make_owner(gone);
          const auto transport = mine->transport;
          system.spawn(
              [in_answer](caf::event_based_actor* self, std::shared_ptr<guarded_owner> owned) {
                const auto cache = owned->tokens().cache();
                auto pending =
                    caf_compat::request(self, cache, vault, std::chrono::nanoseconds{patience});
                if (!in_answer) {
                  owned.reset();
                }
                std::move(pending).then([owned](const access_token&) mutable { owned.reset(); },
                                        [](const caf::error&) {});
              },
              std::move(mine));
          if (in_answer) {
            wait_until_asked(*transport);
            transport->respond(0, 200, token_json);
          }
          gone.get_future().wait();
          return 0;
        }) == "exit 0");
}

TEST_CASE("nothing is called after a shutdown while the application blocks its only thread") {
  CHECK(end_of_child([] {
          outcomes results;
          std::promise<void> release;
          std::atomic<bool> over = false;
          std::atomic<bool> late = false;
          {
            application_config config;
            caf_compat::configure_threads(config, "stealing", 1);
            caf::actor_system system{config};
            system.spawn([](caf::event_based_actor*,
                            std::promise<void>* blocked) { blocked->get_future().wait(); },
                         &release);
            {
              owner mine{system};
              const auto subscription =
                  mine.tokens.observe([&](const token_event&) { late = late || over; });
              for (int i = 0; i < 3; ++i) {
                mine.tokens.get_async(vault, patience, [&](auto outcome) {
                  late = late || over;
                  results.add(std::move(outcome));
                });
              }
              mine.tokens.shutdown();
              over = true;
            }
            release.set_value();
          }
          return results.size() == 3 && all_are(results.wait_for(3), errc::shutting_down) && !late
                     ? 0
                     : 1;
        }) == "exit 0");
}

}  // namespace destruction_by_actor_test
