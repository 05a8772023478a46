// async_get() with standalone Asio, and what only its releases have: cancellation slots and
// deferred.
#include <midas/adapters/asio.hpp>

#include <asio.hpp>
#include <asio/experimental/deferred.hpp>

namespace net = asio;
#define ADAPTER "asio"
#include "tests/adapters/async_get_cases.hpp"

namespace midas::internal::test {
namespace {

TEST_CASE("asio: a signal of any type ends the wait, and the others continue to wait") {
  using enum asio::cancellation_type;
  for (const auto type : {terminal, partial, total, all}) {
    async_get_world world{50ms};
    asio::cancellation_signal signal;
    async_get(*world.tokens, world.request, 10s,
              asio::bind_cancellation_slot(signal.slot(),
                                           asio::bind_executor(world.io, world.collector())));
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

TEST_CASE("asio: a signal of no type, or after the token, changes nothing") {
  async_get_world world{5ms};
  asio::cancellation_signal signal;
  for (int i = 0; i < 2; ++i) {
    async_get(*world.tokens, world.request, 10s,
              asio::bind_cancellation_slot(signal.slot(),
                                           asio::bind_executor(world.io, world.collector())));
    signal.emit(asio::cancellation_type::none);
    world.io.restart();
    world.io.run();
    signal.emit(asio::cancellation_type::all);
  }
  REQUIRE(world.results.size() == 2);
  CHECK(world.results[0].has_value());
  CHECK(world.results[1].has_value());
}

TEST_CASE("asio: a signal ends a coroutine that awaits a token") {
  async_get_world world{never};
  asio::cancellation_signal signal;
  std::optional<errc> code;
  const auto body = [&]() -> asio::awaitable<void> {
    const auto token = co_await async_get(*world.tokens, world.request, 1h, asio::use_awaitable);
    code = token ? errc{} : token.error().code;
  };
  asio::co_spawn(world.io, body(), asio::bind_cancellation_slot(signal.slot(), asio::detached));
  world.io.poll();
  CHECK_FALSE(code);
  signal.emit(asio::cancellation_type::terminal);
  world.io.run();
  CHECK(code == errc::cancelled);
}

TEST_CASE("asio: signals that meet the answer complete each operation once") {
  async_get_world world{1ms};
  for (int round = 0; round < 200; ++round) {
    world.request.resource = "https://" + std::to_string(round) + ".example";
    asio::cancellation_signal signal;
    async_get(*world.tokens, world.request, 10s,
              asio::bind_cancellation_slot(signal.slot(),
                                           asio::bind_executor(world.io, world.collector())));
    std::this_thread::sleep_for(std::chrono::microseconds{20 * (round % 100)});
    signal.emit(asio::cancellation_type::total);
    world.io.restart();
    world.io.run();
    CHECK(world.results.size() == static_cast<std::size_t>(round) + 1);
  }
}

TEST_CASE("asio: a deferred operation begins when it is launched") {
  async_get_world world;
  auto operation = async_get(*world.tokens, world.request, 10s, asio::experimental::deferred);
  CHECK(world.host->statistics().token_requests == 0);
  std::move(operation)(asio::bind_executor(world.io, world.collector()));
  world.io.run();
  REQUIRE(world.results.size() == 1);
  CHECK(world.results[0].has_value());
}

}  // namespace
}  // namespace midas::internal::test
