// A host that fails for all keys, and callers that do not give up. In virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

constexpr auto step = 10ms;

// Callers that repeat their request as soon as it has failed, at a host that answers within a step.
struct persistent_callers {
  persistent_callers(std::size_t callers, std::size_t keys, std::chrono::nanoseconds patience,
                     host_limits limits)
      : actors(limits), waiting(callers), key_count(keys), timeout(patience) {}

  void run_for(std::chrono::milliseconds time, int status) {
    for (auto passed = 0ms; passed < time; passed += step) {
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        ask(i);
      }
      actors.advance(step);
      for (; answered < actors.transport->started(); ++answered) {
        if (status == 200) {
          actors.grant(answered);
        } else {
          actors.refuse(answered, status);
        }
      }
    }
  }

  void ask(std::size_t caller) {
    auto& last = waiting[caller];
    const bool has_token = last && last->size() == 1 && last->front().has_value();
    if (last && (last->empty() || has_token)) {
      return;
    }
    const auto resource = "r" + std::to_string(caller % key_count);
    last = actors.ask(token_request{.resource = resource}, timeout);
  }

  [[nodiscard]] std::size_t served() const {
    return static_cast<std::size_t>(std::ranges::count_if(waiting, [](const auto& received) {
      return received && received->size() == 1 && received->front().has_value();
    }));
  }

  virtual_actors actors;
  std::vector<std::shared_ptr<answers>> waiting;
  std::size_t key_count;
  std::chrono::nanoseconds timeout;
  std::size_t answered = 0;
};

}  // namespace

TEST_CASE("callers in a hurry send a failing host at most twelve requests in ten seconds") {
  for (const auto limits : {host_limits{5, 20}, host_limits{192, 0}}) {
    for (const int status : {503, 500}) {
      persistent_callers callers{4, 1, 500ms, limits};
      callers.run_for(10s, status);
      CHECK(callers.actors.transport->started() <= 12);
      callers.run_for(6s, 200);
      CHECK(callers.served() == 4);
    }
  }
}

TEST_CASE("two thousand keys send a failing host at most sixty requests in ten seconds") {
  for (const auto limits : {host_limits{5, 20}, host_limits{192, 0}}) {
    // Each waits: a caller that is refused would only repeat its request at once.
    persistent_callers callers{2'000, 2'000, 5min, limits};
    callers.run_for(10s, 503);
    CHECK(callers.actors.transport->started() <= 60);
    const bool is_limited = limits.max_per_second != 0;
    // The next probe is at most five seconds away.
    callers.run_for(6s, 200);
    CHECK(callers.served() >= (is_limited ? 20U : 2'000U));
  }
}

TEST_CASE("a host whose answers are unusable for some keys is left alone for the others") {
  virtual_actors actors;
  for (std::size_t i = 0; i < 3; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str());
    actors.transport->respond(i, 200, "throw");
    actors.run();
  }
  CHECK(is_error(*actors.ask("another", 100ms), errc::invalid_response));
  CHECK(actors.transport->started() == 3);
}
