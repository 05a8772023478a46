// After a fork, the child's requests fail at once or use a service of the child's own, and the
// child ends. Each case runs in a child process, which forks again.
#include "messages/protocols.hpp"
#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/outcomes.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_handle.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace fork_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

bool is(const expected<access_token>& outcome, errc code) {
  return !outcome && outcome.error().code == code;
}

// shared() uses the host at this endpoint.
void use(const simulated_host& host) {
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host.endpoint().c_str(), 1);
}

// True if every way of asking fails with errc::forked, at once.
bool all_fail(token_service& tokens, const token_handle& handle) {
  outcomes results;
  const auto add = [&results](auto outcome) { results.add(std::move(outcome)); };
  tokens.get_async({.resource = "https://other.net"}, patience, add);
  handle.get_async(patience, add);
  ask(tokens, vault, results);
  results.add(tokens.get(vault, patience));
  results.add(handle.get(patience));
  return results.size() == 5 && all_are(results.wait_for(5), errc::forked) &&
         !tokens.try_get(vault) && !handle.try_get() && !tokens.cache() &&
         tokens.statistics().tokens == 0;
}

std::string end_of_server(const std::function<int()>& function) {
  return end_of_child(function, 60s);
}

}  // namespace

TEST_CASE("a service fails with forked in the child, and works on in the parent") {
  CHECK(end_of_server([] {
          scripted_service host;
          outcomes results;
          host.tokens.get_async(vault, patience,
                                [&results](auto outcome) { results.add(std::move(outcome)); });
          host.grant(0);
          results.wait_for(1);
          const auto handle = host.tokens.for_resource(vault.resource);
          const auto token = handle.try_get();
          const auto ended = end_of_child([&] {
            const auto copy = handle;
            const auto text = std::string{token->token().reveal()};
            host.tokens.shutdown();
            return all_fail(host.tokens, copy) && text == "T" ? 0 : 1;
          });
          const auto still = host.tokens.get(vault, patience);
          return ended == "exit 0" && still && still->token().reveal() == "T" ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("a child destroys the services, handles and subscriptions of its parent at once") {
  CHECK(end_of_server([] {
          auto host = std::make_optional<scripted_service>();
          std::optional<token_handle> handle{host->tokens.for_resource(vault.resource)};
          auto subscription = std::make_optional(host->tokens.observe([](const token_event&) {}));
          host->tokens.get_async(vault, patience, nullptr);
          host->wait_until_asked(1);
          const auto ended = end_of_child(
              [&] {
                subscription.reset();
                handle.reset();
                host.reset();
                return 4;
              },
              5s);
          return ended == "exit 4" ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("a prefork server: each child has a shared service of its own, and exits") {
  simulated_host imds;
  use(imds);
  CHECK(end_of_server([] {
          auto& parents = token_service::shared();
          const auto handle = parents.for_resource(vault.resource);
          if (!handle.get(patience)) {
            return 1;
          }
          int wrong = 0;
          for (int i = 0; i < 8; ++i) {
            wrong += end_of_child([&] {
                       auto& mine = token_service::shared();
                       const bool good = &mine != &parents && mine.get(vault, patience) &&
                                         mine.for_resource(vault.resource).try_get() &&
                                         is(handle.get(patience), errc::forked);
                       return good ? 7 : 1;
                     }) == "exit 7"
                         ? 0
                         : 1;
          }
          wrong += end_of_child([] {
                     execl("/bin/true", "true", nullptr);
                     return 1;
                   }) == "exit 0"
                       ? 0
                       : 1;
          return wrong + (handle.get(patience) ? 0 : 1);
        }) == "exit 0");
  // The parent's request and one of each child.
  CHECK(imds.statistics().token_requests == 9);
}

TEST_CASE("a daemon asks for tokens after daemon(3)") {
  simulated_host imds;
  use(imds);
  CHECK(end_of_server([&imds] {
          auto& before = token_service::shared();
          if (!before.get(vault, patience)) {
            return 1;
          }
          int ends[2];
          if (pipe(ends) != 0) {
            return 2;
          }
          if (const auto child = fork(); child != 0) {
            char answer = 0;
            close(ends[1]);
            return read(ends[0], &answer, 1) == 1 && answer == 'y' ? 0 : 3;
          }
          if (daemon(0, 0) != 0) {
            return 4;
          }
          const bool good = is(before.get(vault, patience), errc::forked) &&
                            token_service::shared().get(vault, patience).has_value();
          return write(ends[1], good ? "y" : "n", 1) == 1 ? 0 : 5;
        }) == "exit 0");
  CHECK(imds.statistics().token_requests == 2);
}

TEST_CASE("a child of a process whose threads are asking is not left with their locks") {
  simulated_host imds;
  use(imds);
  CHECK(end_of_server([] {
          auto& parents = token_service::shared();
          std::atomic<bool> stop = false;
          std::vector<std::thread> busy;
          for (int i = 0; i < 3; ++i) {
            busy.emplace_back([&, i] {
              for (int n = 0; !stop; ++n) {
                const token_request request{.resource =
                                                "https://" + std::to_string((n + i) % 50) + ".net"};
                (void)parents.get(request, patience);
                parents.get_async(request, patience, nullptr);
                const auto handle = parents.for_resource(request.resource);
                (void)handle.get(patience);
                (void)token_service::shared().try_get(request);
              }
            });
          }
          const auto own = parents.for_resource(vault.resource);
          int wrong = 0;
          for (int round = 0; round < 60; ++round) {
            (void)own.get(patience);
            wrong += end_of_child(
                         [&] {
                           const bool good =
                               is(parents.get(vault, patience), errc::forked) &&
                               (round % 3 != 0 || token_service::shared().get(vault, patience));
                           return good ? 7 : 1;
                         },
                         20s) == "exit 7"
                         ? 0
                         : 1;
          }
          stop = true;
          for (auto& thread : busy) {
            thread.join();
          }
          return wrong;
        }) == "exit 0");
}

TEST_CASE("a callback that forks may use a new service in the child") {
  CHECK(end_of_server([] {
          scripted_service host;
          std::promise<std::string> ended;
          host.tokens.get_async(vault, patience, [&](const auto&) {
            ended.set_value(end_of_child(
                [&] { return is(host.tokens.get(vault, patience), errc::forked) ? 5 : 1; }));
          });
          host.grant(0);
          return ended.get_future().get() == "exit 5" ? 0 : 1;
        }) == "exit 0");
}

TEST_CASE("a child that is forked while a thread registers the message types registers them") {
  // Children, because a process registers them once.
  const auto forks_meanwhile = [](int round) {
    std::atomic<bool> begun = false;
    std::thread other{[&begun] {
      begun = true;
      init_global_meta_objects();
    }};
    while (!begun) {
    }
    for (std::atomic<int> passed = 0; passed < round * 50; ++passed) {
    }
    const auto ended = end_of_child_without_atexit(
        [] {
          init_global_meta_objects();
          return are_messages_registered() ? 7 : 1;
        },
        5s);
    other.join();
    return ended == "exit 7" ? 0 : 1;
  };
  int wrong = 0;
  for (int round = 0; round < 100 && wrong == 0; ++round) {
    wrong +=
        end_of_child_without_atexit([&] { return forks_meanwhile(round); }) == "exit 0" ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace fork_test
