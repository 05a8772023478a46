// Shutdown, the lifetime of completions, and which function may be called from where.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/transport/curl/hanging_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

TEST_CASE("stop completes a hundred open exchanges, including those that wait for a slot") {
  const auto limit = GENERATE(std::size_t{0}, std::size_t{10});
  hanging_server server;
  curl_multi_loop loop{{.max_connections_per_host = limit}};
  exchanges all{loop};
  for (int i = 0; i < 100; ++i) {
    all.begin(get_request(server.url()));
  }
  server.wait_for_requests(limit == 0 ? 100 : 10);
  loop.stop();
  CHECK(all.completed() == 100);
  CHECK(all.failed_with(errc::shutting_down) == 100);
  CHECK(loop.statistics().in_flight == 0);
  CHECK(loop.statistics().requests == 100);
  server.raw().wait_until_ended(server.raw().connections());
}

TEST_CASE("stop completes each exchange that is begun at the same time exactly once") {
  raw_server server{answer_always(ok_response("x"))};
  for (int round = 0; round < 20; ++round) {
    curl_multi_loop loop;
    exchanges all{loop};
    std::vector<std::thread> threads;
    std::atomic<int> begun = 0;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 25; ++j) {
          loop.cancel(all.begin(get_request(server.url())) - 1);
          ++begun;
          begun.notify_all();
        }
      });
    }
    begun.wait(0);
    std::thread other{[&] { loop.stop(); }};
    loop.stop();
    other.join();
    for (auto& thread : threads) {
      thread.join();
    }
    CHECK(all.completed() == 100);
    CHECK(loop.statistics().in_flight == 0);
  }
}

TEST_CASE("stop closes the kept connections") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  REQUIRE(get(loop, server.url()));
  loop.stop();
  server.wait_until_ended(1);
  CHECK(server.connections() == 1);
}

TEST_CASE("after stop an exchange completes at once, in the caller's thread") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  loop.stop();
  loop.stop();
  std::optional<http_outcome> answered;
  std::thread::id where;
  loop.start(get_request(server.url()), [&](http_outcome outcome) {
    answered = std::move(outcome);
    where = std::this_thread::get_id();
  });
  REQUIRE(answered);
  REQUIRE_FALSE(*answered);
  CHECK(answered->error().code == errc::shutting_down);
  CHECK(where == std::this_thread::get_id());
  CHECK(server.connections() == 0);
  CHECK(loop.statistics().requests == 0);
  loop.cancel(1);
}

TEST_CASE("an exchange that a completion begins during stop is completed") {
  hanging_server server;
  curl_multi_loop loop;
  exchanges all{loop};
  loop.start(get_request(server.url()),
             [&](http_outcome) { all.begin(get_request(server.url())); });
  server.wait_for_requests(1);
  loop.stop();
  REQUIRE(all.completed() == 1);
  CHECK(all.failed_with(errc::shutting_down) == 1);
}

TEST_CASE("the destructor stops the loop") {
  hanging_server server;
  std::optional<http_outcome> answered;
  {
    curl_multi_loop loop;
    loop.start(get_request(server.url()), [&](http_outcome outcome) { answered = outcome; });
    server.wait_for_requests(1);
  }
  REQUIRE(answered);
  CHECK(answered->error().code == errc::shutting_down);
}

TEST_CASE("the captures of a completion are destroyed once it has run") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> observer = captured;
  std::atomic<bool> has_run = false;
  loop.start(get_request(server.url()), [&has_run, held = std::move(captured)](http_outcome) {
    has_run = true;
    has_run.notify_all();
  });
  has_run.wait(false);
  // An exchange that begins now completes after the first completion is destroyed.
  REQUIRE(get(loop, server.url()));
  CHECK(observer.expired());
}

TEST_CASE("exchanges begun by many threads are all completed") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.max_connections_per_host = 4}};
  exchanges all{loop};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) {
        all.begin(get_request(server.url()));
        static_cast<void>(loop.statistics());
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  all.wait_for(800);
  CHECK(loop.statistics().requests == 800);
  CHECK(loop.statistics().connections_opened <= 4);
}
