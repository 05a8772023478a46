// The tests of async_get(), for standalone Asio and Boost.Asio alike. The including source defines
// ADAPTER, the first word of their names, and the namespace `net`.
#include "tests/support/catch.hpp"
#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal::test {
namespace {

using namespace std::chrono_literals;

/// A simulated host, a service that uses it, and what most tests need.
struct async_get_world {
  explicit async_get_world(std::chrono::nanoseconds latency = 0ns) {
    simulated_host_options host_options;
    host_options.latency = latency;
    host_options.stop_timeout = 0ms;
    host.emplace(host_options);
    token_service_options options;
    options.environment = host->environment();
    tokens.emplace(options);
  }

  std::optional<simulated_host> host;
  std::optional<token_service> tokens;
  token_request request{.resource = "https://vault.azure.net"};
  std::vector<expected<access_token>> results{};
  net::io_context io{};

  auto collector() {
    return [this](expected<access_token> result) { results.push_back(std::move(result)); };
  }
  void get(std::chrono::nanoseconds timeout = 10s) {
    async_get(*tokens, request, timeout, net::bind_executor(io, collector()));
  }
};

/// A host that does not answer before the test ends.
constexpr auto never = 1h;

TEST_CASE(ADAPTER ": a callback gets the token on its executor, which has work until then") {
  async_get_world world{20ms};
  const auto here = std::this_thread::get_id();
  std::optional<std::thread::id> there;
  async_get(*world.tokens, world.request, 10s,
            net::bind_executor(world.io, [&](const expected<access_token>& result) {
              CHECK(result.has_value());
              there = std::this_thread::get_id();
            }));
  CHECK_FALSE(there);
  world.io.run();
  CHECK(there == here);
}

TEST_CASE(ADAPTER ": a cached token is not delivered inside the initiating function") {
  async_get_world world;
  REQUIRE(world.tokens->get(world.request, 10s));
  world.get();
  async_get(world.tokens->for_resource(world.request.resource), 10s,
            net::bind_executor(world.io, world.collector()));
  CHECK(world.results.empty());
  CHECK(world.io.run() == 2);
  REQUIRE(world.results.size() == 2);
  CHECK(world.results[0]->source() == token_source::cache);
  CHECK(world.results[1]->source() == token_source::cache);
}

TEST_CASE(ADAPTER ": many operations cause one request, and each completes once") {
  async_get_world world{20ms};
  for (int i = 0; i < 500; ++i) {
    world.get();
  }
  world.io.run();
  CHECK(world.results.size() == 500);
  CHECK(world.host->statistics().token_requests == 1);
}

TEST_CASE(ADAPTER ": errors arrive as values, like tokens") {
  async_get_world world{never};
  world.get(30ms);
  world.get(0ms);
  world.request.resource.clear();
  world.get();
  CHECK(world.results.empty());
  world.io.run();
  REQUIRE(world.results.size() == 3);
  CHECK(world.results[0].error().code == errc::invalid_timeout);
  CHECK(world.results[1].error().code == errc::invalid_resource);
  CHECK(world.results[2].error().code == errc::deadline_exceeded);
}

TEST_CASE(ADAPTER ": a handler runs in its strand, in any thread of a pool") {
  async_get_world world{5ms};
  net::thread_pool pool{3};
  const auto strand = net::make_strand(pool);
  std::atomic<int> inside = 0;
  for (int i = 0; i < 100; ++i) {
    async_get(*world.tokens, world.request, 10s,
              net::bind_executor(strand, [&](const expected<access_token>&) {
                inside += strand.running_in_this_thread() ? 1 : 0;
              }));
  }
  pool.join();
  CHECK(inside == 100);
}

TEST_CASE(ADAPTER ": use_future receives the result") {
  async_get_world world{5ms};
  CHECK(async_get(*world.tokens, world.request, 10s, net::use_future).get().has_value());
  const auto handle = world.tokens->for_resource(world.request.resource);
  CHECK(async_get(handle, 10s, net::use_future).get().has_value());
}

TEST_CASE(ADAPTER ": a resource takes the place of a request") {
  async_get_world world;
  const std::string text = world.request.resource;
  async_get(*world.tokens, "https://vault.azure.net", 10s,
            net::bind_executor(world.io, world.collector()));
  async_get(*world.tokens, text, 10s, net::bind_executor(world.io, world.collector()));
  net::co_spawn(
      world.io,
      [&world]() -> net::awaitable<void> {
        world.results.push_back(
            co_await async_get(*world.tokens, "https://vault.azure.net", 10s, net::use_awaitable));
      },
      net::detached);
  world.io.run();
  REQUIRE(world.results.size() == 3);
  for (const auto& each : world.results) {
    CHECK(each);
  }
  CHECK(world.host->statistics().token_requests == 1);
}

TEST_CASE(ADAPTER ": a coroutine awaits the token in its own thread") {
  async_get_world world{5ms};
  const auto here = std::this_thread::get_id();
  int tokens = 0;
  const auto body = [&]() -> net::awaitable<void> {
    const auto handle = world.tokens->for_resource("https://storage.azure.com");
    const auto first = co_await async_get(*world.tokens, world.request, 10s, net::use_awaitable);
    const auto second = co_await async_get(handle, 10s, net::use_awaitable);
    CHECK(std::this_thread::get_id() == here);
    tokens += (first ? 1 : 0) + (second ? 1 : 0);
  };
  net::co_spawn(world.io, body(), net::detached);
  world.io.run();
  CHECK(tokens == 2);
}

/// Counts its blocks, and the threads that use it.
struct watched_memory {
  std::thread::id owner = std::this_thread::get_id();
  int blocks = 0;
  int total = 0;
  int strangers = 0;

  void count(int change) {
    blocks += change;
    total += change > 0 ? 1 : 0;
    strangers += std::this_thread::get_id() == owner ? 0 : 1;
  }
};

template <class T>
struct watching_allocator {
  using value_type = T;

  explicit watching_allocator(watched_memory& watched) : memory(&watched) {}
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): rebinding an allocator converts it
  watching_allocator(const watching_allocator<U>& other) : memory(other.memory) {}

  T* allocate(std::size_t count) {
    memory->count(1);
    return std::allocator<T>{}.allocate(count);
  }
  void deallocate(T* block, std::size_t count) {
    memory->count(-1);
    std::allocator<T>{}.deallocate(block, count);
  }
  friend bool operator==(const watching_allocator&, const watching_allocator&) = default;

  watched_memory* memory;
};

/// A handler that has an allocator and cannot be copied.
struct watching_handler {
  using executor_type = net::io_context::executor_type;
  using allocator_type = watching_allocator<std::byte>;

  [[nodiscard]] executor_type get_executor() const noexcept { return io->get_executor(); }
  [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type{*memory}; }
  void operator()(const expected<access_token>& result) const {
    *blocks_when_called = result ? memory->blocks : -1;
  }

  net::io_context* io;
  watched_memory* memory;
  int* blocks_when_called;
  std::unique_ptr<int> not_copyable{};
};

TEST_CASE(ADAPTER
          ": the handler's allocator is used by its threads alone, and not during the call") {
  async_get_world world{20ms};
  watched_memory memory;
  for (const bool cached : {false, true}) {
    INFO("cached: " << cached);
    int blocks_when_called = -1;
    memory.total = 0;
    async_get(*world.tokens, world.request, 10s,
              watching_handler{&world.io, &memory, &blocks_when_called});
    CHECK(memory.total > 0);
    world.io.restart();
    world.io.run();
    CHECK(blocks_when_called == 0);
    CHECK(memory.blocks == 0);
    CHECK(memory.strangers == 0);
  }
}

TEST_CASE(ADAPTER ": operations complete once when the service ends") {
  for (const bool destroys : {false, true}) {
    async_get_world world{never};
    for (int i = 0; i < 20; ++i) {
      world.get();
    }
    if (destroys) {
      world.tokens.reset();
    } else {
      world.tokens->shutdown();
    }
    CHECK(world.results.empty());
    world.io.run();
    REQUIRE(world.results.size() == 20);
    CHECK(world.results[0].error().code == errc::shutting_down);
  }
}

TEST_CASE(ADAPTER ": a context that ends first destroys the handler without a call") {
  async_get_world world{never};
  const auto alive = std::make_shared<int>();
  int calls = 0;
  {
    net::io_context io;
    async_get(*world.tokens, world.request, 10s,
              net::bind_executor(net::make_strand(io), [&calls, alive](const auto&) { ++calls; }));
    async_get(*world.tokens, world.request, 10s,
              net::bind_executor(net::any_io_executor{io.get_executor()},
                                 [&calls, alive](const auto&) { ++calls; }));
    CHECK(alive.use_count() == 3);
  }
  CHECK(alive.use_count() == 1);
  // midas answers now, and finds nobody.
  world.tokens->shutdown();
  CHECK(calls == 0);
}

TEST_CASE(ADAPTER ": contexts that end while midas answers lose nothing but their calls") {
  async_get_world world{1ms};
  std::atomic<int> handlers = 0;
  struct counted {
    explicit counted(std::atomic<int>& all) : count(&all) { ++*count; }
    ~counted() { --*count; }
    std::atomic<int>* count;
  };
  for (int round = 0; round < 200; ++round) {
    world.request.resource = "https://" + std::to_string(round) + ".example";
    net::thread_pool pool{2};
    for (int i = 0; i < 20; ++i) {
      async_get(*world.tokens, world.request, 10s,
                net::bind_executor(pool, [held = std::make_shared<counted>(handlers)](
                                             const expected<access_token>&) {}));
    }
    std::this_thread::sleep_for(std::chrono::microseconds{20 * (round % 100)});
    pool.stop();
  }
  CHECK(handlers == 0);
}

}  // namespace
}  // namespace midas::internal::test
