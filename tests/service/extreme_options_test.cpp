// Services whose options are at their extremes still answer, and still end.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_store.hpp"

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("a service answers with each of its options at an extreme") {
  constexpr auto max_size = std::numeric_limits<std::size_t>::max();
  const std::vector<std::pair<std::string, std::function<void(token_service_options&)>>> extremes{
      {"no limits",
       [](auto& o) {
         o.limits = host_limits{0, 0};
       }},
      {"an endless rate",
       [](auto& o) {
         o.limits = host_limits{1, max_size};
       }},
      {"no actor threads", [](auto& o) { o.actor_threads = 0; }},
      {"keys that are never idle",
       [](auto& o) { o.idle_key_timeout = std::chrono::seconds::max(); }},
      {"keys that are idle at once", [](auto& o) { o.idle_key_timeout = 0s; }},
      {"an endless attempt", [](auto& o) { o.attempt_timeout = std::chrono::milliseconds::max(); }},
      {"an endless negative cache",
       [](auto& o) { o.negative_cache_ttl = std::chrono::milliseconds::max(); }},
      {"no keys", [](auto& o) { o.max_keys = 0; }},
      {"no cold keys", [](auto& o) { o.max_cold_keys_per_lane = 0; }},
      {"a store that throws", [](auto& o) {
         const auto store = std::make_shared<scripted_store>();
         store->on_load = []() -> expected<std::vector<stored_token>> { throw 1; };
         store->on_save = []() -> expected<void> { throw 1; };
         o.store = store;
       }}};
  for (const auto& [name, set] : extremes) {
    CAPTURE(name);
    auto options = options_for("http://127.0.0.1:9");
    set(options);
    const auto transport = std::make_shared<scripted_transport>();
    auto tokens = make_token_service(options, transport);
    outcomes results;
    tokens.get_async(vault, patience,
                     [&results](auto outcome) { results.add(std::move(outcome)); });
    while (transport->started() == 0) {
      std::this_thread::yield();
    }
    transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
    const auto received = results.wait_for(1);
    REQUIRE(received.size() == 1);
    CHECK(received[0].has_value());
  }
}

TEST_CASE("a timeout that is not positive fails at once, in every way to ask") {
  scripted_service host;
  for (const auto timeout : {0ns, std::chrono::nanoseconds{-1s}, std::chrono::nanoseconds::min()}) {
    const auto blocking = host.tokens.get(vault, timeout);
    REQUIRE_FALSE(blocking);
    CHECK(blocking.error().code == errc::invalid_timeout);
    bool answered = false;
    host.tokens.get_async(vault, timeout, [&answered](const auto& outcome) {
      answered = !outcome && outcome.error().code == errc::invalid_timeout;
    });
    // In the calling thread, since the actors may be busy.
    CHECK(answered);
  }
  CHECK(host.transport->started() == 0);
}

TEST_CASE("an empty callback caches the token for later callers") {
  scripted_service host;
  host.tokens.get_async(vault, patience, nullptr);
  host.grant(0);
  CHECK(host.tokens.get(vault, patience));
  host.tokens.get_async(vault, patience, nullptr);
  CHECK(host.transport->started() == 1);
}

TEST_CASE("a blocking get is answered at once when the actor that holds it dies") {
  scripted_service host;
  std::thread killer{[&host] {
    host.wait_until_asked(1);
    // It takes its acquisition actors with it.
    caf_compat::send_exit(host.tokens.cache(), caf::exit_reason::kill);
  }};
  const auto outcome = host.tokens.get(vault, patience);
  killer.join();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::actor_terminated);
}
