// A program as an application that uses midas: threads, coroutines and actors request one token,
// and the simulated host sees one request. It is built outside of midas's own build, in three ways:
// see run.sh.
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <exception>
#include <iostream>
#include <latch>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr int threads = 4;
constexpr int coroutines = 4;
constexpr int actors = 4;  // of each of two kinds
constexpr int all = threads + coroutines + 2 * actors;

struct outcomes {
  std::atomic<int> tokens{0};
  std::latch pending{all};

  void add(bool is_token) {
    tokens += is_token ? 1 : 0;
    pending.count_down();
  }
};

struct fire_and_forget {
  struct promise_type {
    static fire_and_forget get_return_object() { return {}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
};

fire_and_forget await_token(midas::token_service& tokens, const midas::token_request& request,
                            outcomes& results) {
  const auto token = co_await tokens.async_get(request, 10s);
  results.add(token.has_value());
}

void request_in_actor(caf::event_based_actor* self, midas::token_service* tokens,
                      const midas::token_request& request, outcomes* results) {
  midas::request_token(self, *tokens, request, 10s)
      .then([results](const midas::access_token&) { results->add(true); },
            [results](const midas::error&) { results->add(false); });
}

// As CAF 0.17 has it, or as CAF 1.x has it.
template <class Self>
auto send_request(Self* self, const midas::token_actor& cache, const midas::token_request& request,
                  std::chrono::nanoseconds timeout) {
  if constexpr (requires { self->mail(request, timeout); }) {
    return self->mail(request, timeout).request(cache, caf::infinite);
  } else {
    return self->request(cache, caf::infinite, request, timeout);
  }
}

void send_to_cache(caf::event_based_actor* self, const midas::token_actor& cache,
                   const midas::token_request& request, outcomes* results) {
  send_request(self, cache, request, 10s)
      .then([results](const midas::access_token&) { results->add(true); },
            [results](const caf::error&) { results->add(false); });
}

}  // namespace

int main() {
  midas::init_global_meta_objects();
  midas::simulated_host_options host_options;
  host_options.latency = 100ms;
  const midas::simulated_host host{host_options};

  outcomes results;
  caf::actor_system_config config;
  caf::actor_system system{config};
  midas::token_service tokens{system, host.options()};
  const midas::token_request request{.resource = "https://vault.azure.net"};

  std::vector<std::jthread> waiting;
  for (int i = 0; i < threads; ++i) {
    waiting.emplace_back([&] { results.add(tokens.get(request, 10s).has_value()); });
  }
  for (int i = 0; i < coroutines; ++i) {
    await_token(tokens, request, results);
  }
  for (int i = 0; i < actors; ++i) {
    system.spawn(request_in_actor, &tokens, request, &results);
    system.spawn(send_to_cache, tokens.cache(), request, &results);
  }
  results.pending.wait();

  const auto requests = host.statistics().token_requests;
  std::cout << results.tokens << " tokens of " << all << ", " << requests << " HTTP request(s)\n";
  return results.tokens == all && requests == 1 ? 0 : 1;
}
