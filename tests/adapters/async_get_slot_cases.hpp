// The tests of async_get() with cancellation slots and deferred, for the releases of Asio and Boost
// that have both. Included after async_get_cases.hpp; the including source defines DEFERRED.
#include "tests/support/catch.hpp"
#include <midas/midas.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>

namespace midas::internal::test {
namespace {

TEST_CASE(ADAPTER ": a signal of any type ends the wait, and the others continue to wait") {
  using enum net::cancellation_type;
  for (const auto type : {terminal, partial, total, all}) {
    async_get_world world{50ms};
    net::cancellation_signal signal;
    async_get(*world.tokens, world.request, 10s,
              net::bind_cancellation_slot(signal.slot(),
                                          net::bind_executor(world.io, world.collector())));
    world.get();
    signal.emit(type);
    CHECK(world.results.empty());
    CHECK(world.io.run_one() == 1);
    REQUIRE(world.results.size() == 1);
    CHECK(world.results[0].error().code == errc::cancelled);
    // The slot is free again: a late signal, and another operation, find nothing in it.
    CHECK_FALSE(signal.slot().has_handler());
    signal.emit(type);
    world.io.run();
    REQUIRE(world.results.size() == 2);
    CHECK(world.results[1].has_value());
    CHECK(world.host->statistics().token_requests == 1);
  }
}

TEST_CASE(ADAPTER ": a signal of no type, or after the token, changes nothing") {
  async_get_world world{5ms};
  net::cancellation_signal signal;
  for (int i = 0; i < 2; ++i) {
    async_get(*world.tokens, world.request, 10s,
              net::bind_cancellation_slot(signal.slot(),
                                          net::bind_executor(world.io, world.collector())));
    signal.emit(net::cancellation_type::none);
    world.io.restart();
    world.io.run();
    signal.emit(net::cancellation_type::all);
  }
  REQUIRE(world.results.size() == 2);
  CHECK(world.results[0].has_value());
  CHECK(world.results[1].has_value());
}

TEST_CASE(ADAPTER ": a signal ends a coroutine that awaits a token") {
  async_get_world world{never};
  net::cancellation_signal signal;
  std::optional<errc> code;
  const auto body = [&]() -> net::awaitable<void> {
    const auto token = co_await async_get(*world.tokens, world.request, 1h, net::use_awaitable);
    code = token ? errc{} : token.error().code;
  };
  net::co_spawn(world.io, body(), net::bind_cancellation_slot(signal.slot(), net::detached));
  world.io.poll();
  CHECK_FALSE(code);
  signal.emit(net::cancellation_type::terminal);
  world.io.run();
  CHECK(code == errc::cancelled);
}

TEST_CASE(ADAPTER ": signals that meet the answer complete each operation once") {
  async_get_world world{1ms};
  for (int round = 0; round < 200; ++round) {
    world.request.resource = "https://" + std::to_string(round) + ".example";
    net::cancellation_signal signal;
    async_get(*world.tokens, world.request, 10s,
              net::bind_cancellation_slot(signal.slot(),
                                          net::bind_executor(world.io, world.collector())));
    std::this_thread::sleep_for(std::chrono::microseconds{20 * (round % 100)});
    signal.emit(net::cancellation_type::total);
    world.io.restart();
    world.io.run();
    CHECK(world.results.size() == static_cast<std::size_t>(round) + 1);
  }
}

TEST_CASE(ADAPTER ": a deferred operation begins when it is launched") {
  async_get_world world;
  auto operation = async_get(*world.tokens, world.request, 10s, DEFERRED);
  CHECK(world.host->statistics().token_requests == 0);
  std::move(operation)(net::bind_executor(world.io, world.collector()));
  world.io.run();
  REQUIRE(world.results.size() == 1);
  CHECK(world.results[0].has_value());
}

}  // namespace
}  // namespace midas::internal::test
