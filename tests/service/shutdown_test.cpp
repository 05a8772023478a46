// Shutdown in every state of a service: every caller is answered, and it returns soon.
#include "service/service_core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/vault.hpp"
#include <midas/actors.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

token_service_options options() {
  token_service_options result;
  result.endpoint = "http://127.0.0.1:9";
  // One request in flight and one per second, so that the second request has to queue.
  result.limits = host_limits{1, 1};
  return result;
}

struct stopping_service {
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  outcomes results;
  std::size_t asked = 0;
  std::unique_ptr<token_service> tokens{new auto(make_token_service(options(), transport))};

  void ask(const token_request& request = vault) {
    ++asked;
    tokens->get_async(request, 1h, [this](auto outcome) { results.add(std::move(outcome)); });
  }
  void wait_until_asked(std::size_t count) const {
    while (transport->started() < count) {
      std::this_thread::yield();
    }
  }
  void answer(std::size_t index, int status, const std::string& body) const {
    wait_until_asked(index + 1);
    transport->respond(index, status, body);
  }
};

void be_idle(stopping_service&) {}

void have_a_token(stopping_service& s) {
  s.ask();
  s.answer(0, 200, R"({"access_token":"T","expires_in":"86400"})");
  s.results.wait_for(1);
}

void be_in_flight(stopping_service& s) {
  for (int i = 0; i < 100; ++i) {
    s.ask();
  }
  s.wait_until_asked(1);
}

void queue(stopping_service& s) {
  for (int i = 0; i < 100; ++i) {
    s.ask({.resource = "https://resource-" + std::to_string(i)});
  }
  s.wait_until_asked(1);
}

void wait_for_a_retry(stopping_service& s) {
  std::promise<void> retried;
  const auto subscription = s.tokens->observe([&retried](const token_event& event) {
    if (std::holds_alternative<acquisition_retried>(event)) {
      retried.set_value();
    }
  });
  be_in_flight(s);
  s.answer(0, 503, "busy");
  retried.get_future().wait();
}

void refresh(stopping_service& s) {
  std::promise<void> refreshing;
  const auto subscription = s.tokens->observe([&refreshing](const token_event& event) {
    const auto* const started = std::get_if<acquisition_started>(&event);
    if (started != nullptr && started->in_background) {
      refreshing.set_value();
    }
  });
  s.ask();
  // Usable for at least two seconds, and refreshed before that.
  s.answer(0, 200, R"({"access_token":"T","expires_in":"5"})");
  s.results.wait_for(1);
  refreshing.get_future().wait();
}

void kill_the_cache(stopping_service& s) {
  be_in_flight(s);
  caf_compat::send_exit(s.tokens->cache(), caf::exit_reason::kill);
}

void have_an_observer(stopping_service& s) {
  // Kept forever, so that the subscription outlives the service.
  static std::vector<event_subscription> kept;
  kept.push_back(s.tokens->observe([](const token_event&) {}));
  be_in_flight(s);
}

struct state {
  std::string name;
  std::function<void(stopping_service&)> reach;
  bool is_killed = false;
};

const std::vector<state> states{
    {"idle", be_idle},
    {"with a token", have_a_token},
    {"in flight, with a host that hangs", be_in_flight},
    {"queueing", queue},
    {"before a retry", wait_for_a_retry},
    {"refreshing", refresh},
    {"with its cache killed", kill_the_cache, true},
    {"observed", have_an_observer},
};

// Less than the five seconds after which a shutdown no longer waits for the actors.
constexpr auto soon = 4s;

void check_all_answered(stopping_service& s, const state& reached) {
  const auto answers = s.results.wait_for(s.asked);
  CHECK(answers.size() == s.asked);
  for (const auto& each : answers) {
    const bool is_end =
        !each && (each.error().code == errc::shutting_down ||
                  (reached.is_killed && each.error().code == errc::actor_terminated));
    CHECK((each || is_end));
  }
}

}  // namespace

TEST_CASE("shutdown and destruction answer every caller and return, in every state") {
  for (const auto& each : states) {
    for (const bool destroy : {false, true}) {
      DYNAMIC_SECTION(each.name << (destroy ? ", destroyed" : ", shut down")) {
        stopping_service s;
        each.reach(s);
        const auto began = std::chrono::steady_clock::now();
        if (destroy) {
          s.tokens.reset();
        } else {
          s.tokens->shutdown();
          s.tokens->shutdown();
        }
        CHECK(std::chrono::steady_clock::now() - began < soon);
        check_all_answered(s, each);
        if (!destroy) {
          s.ask();
          check_all_answered(s, each);
        }
      }
    }
  }
}

TEST_CASE("shutdown by several threads at once, in every state, during other calls") {
  for (const auto& each : states) {
    DYNAMIC_SECTION(each.name) {
      stopping_service s;
      each.reach(s);
      std::atomic<bool> closing = false;
      std::atomic<bool> stop = false;
      std::atomic<std::size_t> called = 0;
      outcomes late;
      std::vector<std::thread> callers;
      for (int i = 0; i < 2; ++i) {
        callers.emplace_back([&, i] {
          for (int n = 0; !stop; ++n) {
            ++called;
            s.tokens->get_async({.resource = "https://late-" + std::to_string(i * 1'000 + n % 500)},
                                1h, [&late](auto outcome) { late.add(std::move(outcome)); });
            // The other calls are made during the shutdown and after it.
            if (n == 100) {
              closing.wait(false);
            }
          }
        });
      }
      while (called < 20) {
        std::this_thread::yield();
      }
      const auto began = std::chrono::steady_clock::now();
      std::vector<std::thread> closers;
      for (int i = 0; i < 3; ++i) {
        closers.emplace_back([&] {
          closing = true;
          closing.notify_all();
          s.tokens->shutdown();
        });
      }
      for (auto& thread : closers) {
        thread.join();
      }
      CHECK(std::chrono::steady_clock::now() - began < soon);
      stop = true;
      for (auto& thread : callers) {
        thread.join();
      }
      check_all_answered(s, each);
      CHECK(late.wait_for(called).size() == called);
    }
  }
}
