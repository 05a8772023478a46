// The gauges of a token service.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <memory>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

// A host that is sent one request at a time.
struct narrow_service {
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  token_service tokens = make_token_service(options_for("http://127.0.0.1:9", {1, 0}), transport);

  void ask(const char* resource) {
    tokens.get_async({.resource = resource}, patience, [](const auto&) {});
  }

  // Actors change the gauges on their own threads.
  template <class Condition>
  token_service_statistics wait_for(Condition condition) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto statistics = tokens.statistics();
      if (condition(statistics) || std::chrono::steady_clock::now() > deadline) {
        return statistics;
      }
      std::this_thread::yield();
    }
  }
};

constexpr auto is_idle = [](const token_service_statistics& each) {
  return each.waiters == 0 && each.http.queued == 0;
};

}  // namespace

TEST_CASE("the requests that wait, for an acquisition and for the host, are counted") {
  narrow_service service;
  service.ask("a");
  service.ask("a");
  service.ask("b");
  const auto waiting =
      service.wait_for([](const auto& each) { return each.waiters == 3 && each.http.queued == 1; });
  CHECK(waiting.waiters == 3);
  CHECK(waiting.http.queued == 1);
  CHECK_FALSE(waiting.earliest_expiry);
  CHECK_FALSE(waiting.throttled_until);

  const auto grant = R"({"access_token":"T","expires_in":"3600"})";
  service.transport->respond(0, 200, grant);
  service.wait_for([](const auto& each) { return each.waiters == 1; });
  CHECK(service.wait_for([](const auto& each) { return each.http.queued == 0; }).waiters == 1);
  while (service.transport->started() < 2) {
    std::this_thread::yield();
  }
  service.transport->respond(1, 400, R"({"error":"invalid_resource"})");
  const auto idle = service.wait_for(is_idle);
  CHECK(is_idle(idle));
  CHECK(idle.keys == 1);
  REQUIRE(idle.earliest_expiry);
  const auto left = *idle.earliest_expiry - std::chrono::system_clock::now();
  CHECK(left > 3'000s);
  CHECK(left <= 3'600s);
}

TEST_CASE("the end of the pause after a 429 is known") {
  narrow_service service;
  service.ask("a");
  while (service.transport->started() < 1) {
    std::this_thread::yield();
  }
  http_response busy;
  busy.status = 429;
  busy.headers.push_back({"Retry-After", "30"});
  service.transport->complete(0, std::move(busy));
  const auto throttled =
      service.wait_for([](const auto& each) { return each.throttled_until.has_value(); });
  REQUIRE(throttled.throttled_until);
  const auto left = *throttled.throttled_until - std::chrono::system_clock::now();
  CHECK(left > 20s);
  CHECK(left <= 30s);
}

TEST_CASE("requests that a shutdown answers do not wait any more") {
  narrow_service service;
  service.ask("a");
  service.ask("b");
  service.wait_for([](const auto& each) { return each.waiters == 2 && each.http.queued == 1; });
  service.tokens.shutdown();
  CHECK(is_idle(service.tokens.statistics()));
}
