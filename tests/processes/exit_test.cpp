// exit() with requests in flight and threads that use the shared service.
#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace exit_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Asks for ever, as detached threads of an application do.
void ask_without_end(std::atomic<int>& running, int seed) {
  std::thread{[&running, seed] {
    const auto handle = token_service::shared().for_resource("https://handle.net");
    ++running;
    for (int n = seed;; ++n) {
      auto& tokens = token_service::shared();
      const token_request request{.resource = "https://" + std::to_string(n % 40) + ".net"};
      (void)tokens.try_get(request);
      tokens.get_async(request, 1h, nullptr);
      (void)handle.get(5ms);
      (void)tokens.get(request, 2ms);
    }
  }}.detach();
}

int exit_under_load() {
  static std::atomic<int> running = 0;
  for (int i = 0; i < 4; ++i) {
    ask_without_end(running, i * 10);
  }
  while (running < 4) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{std::rand() % 5});
  return 6;
}

}  // namespace

TEST_CASE("exit() with requests in flight and threads that ask ends soon, 200 times") {
  simulated_host_options options;
  options.latency = 3ms;
  simulated_host imds{options};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  for (int round = 0; round < 200; ++round) {
    std::srand(static_cast<unsigned>(round));
    REQUIRE(end_of_child(exit_under_load, 20s) == "exit 6");
  }
}

TEST_CASE("exit() waits for nobody: a host that hangs, and callers that wait an hour") {
  simulated_host_options options;
  options.latency = 1h;
  simulated_host imds{options};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  const auto began = std::chrono::steady_clock::now();
  CHECK(end_of_child([] {
          std::atomic<bool> asking = false;
          std::thread{[&asking] {
            asking = true;
            (void)token_service::shared().get(vault, 1h);
          }}.detach();
          while (!asking) {
            std::this_thread::yield();
          }
          token_service::shared().get_async(vault, 1h, nullptr);
          std::this_thread::sleep_for(10ms);
          return 6;
        }) == "exit 6");
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("the shared service can be used by destructors of static objects") {
  simulated_host imds;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  CHECK(end_of_child([] {
          struct last_caller {
            ~last_caller() {
              const auto token = token_service::shared().get({.resource = "https://late.net"}, 5s);
              std::_Exit(token ? 8 : 9);
            }
          };
          (void)token_service::shared().get(vault, patience);
          // Constructed after the service, so destroyed while it still works.
          static const last_caller late;
          return 6;
        }) == "exit 8");
}

}  // namespace exit_test
