// Cancellation: what becomes of the exchange, its connection and its slot.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/transport/curl/hanging_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

// Reads requests and answers none.
void hang(raw_connection& connection) {
  while (!connection.read_request().empty()) {
  }
}

}  // namespace

TEST_CASE("an exchange that is canceled in flight ends at once, together with its connection") {
  hanging_server server;
  curl_multi_loop loop;
  exchanges all{loop};
  const auto id = all.begin(get_request(server.url() + "/path?query=hush"));
  server.wait_for_requests(1);
  loop.cancel(id);
  const auto& outcome = all.outcome(0);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::cancelled);
  CHECK(outcome.error().message.find(server.url() + "/path ") != std::string::npos);
  server.raw().wait_until_ended(1);
  CHECK(loop.statistics().in_flight == 0);
}

TEST_CASE("canceling wakes the loop") {
  hanging_server server;
  curl_multi_loop loop;
  exchanges all{loop};
  std::vector<std::chrono::steady_clock::duration> taken;
  constexpr std::size_t rounds = 11;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto id = all.begin(get_request(server.url()));
    server.wait_for_requests(static_cast<int>(i) + 1);
    const auto start = std::chrono::steady_clock::now();
    loop.cancel(id);
    all.wait_for(i + 1);
    taken.push_back(std::chrono::steady_clock::now() - start);
  }
  // It looks 200 ms after it connected, when libcurl would try another address.
  std::ranges::sort(taken);
  CHECK(taken[rounds / 2] < std::chrono::milliseconds{100});
}

TEST_CASE("an exchange that is canceled in the middle of its answer ends with its connection") {
  std::atomic<int> begun = 0;
  raw_server server{[&](raw_connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    ++begun;
    begun.notify_all();
    connection.wait_for_end();
  }};
  curl_multi_loop loop;
  exchanges all{loop};
  const auto id = all.begin(get_request(server.url()));
  begun.wait(0);
  loop.cancel(id);
  CHECK(all.outcome(0).error().code == errc::cancelled);
  server.wait_until_ended(1);
  // The rest of the answer cannot become part of the next one.
  const auto second = all.begin(get_request(server.url()));
  begun.wait(1);
  loop.cancel(second);
  CHECK(all.outcome(1).error().code == errc::cancelled);
  CHECK(server.connections() == 2);
}

TEST_CASE("the slot of an exchange that is canceled passes to the next at once") {
  hanging_server server;
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(all.begin(get_request(server.url())));
  }
  // Also those that wait can be canceled.
  loop.cancel(ids[1]);
  CHECK(all.outcome(1).error().code == errc::cancelled);
  server.wait_for_requests(1);
  loop.cancel(ids[0]);
  server.wait_for_requests(2);
  loop.cancel(ids[2]);
  loop.cancel(ids[3]);
  server.wait_for_requests(3);
  all.wait_for(4);
  loop.cancel(ids[4]);
  all.wait_for(5);
  CHECK(all.failed_with(errc::cancelled) == 5);
  CHECK(loop.statistics().in_flight == 0);
}

TEST_CASE("each exchange is completed once, although it is canceled while its answer arrives") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.max_connections_per_host = 4}};
  exchanges all{loop};
  constexpr std::size_t count = 2'000;
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = all.begin(get_request(server.url()));
    loop.cancel(i % 3 == 0 ? id : id - i % 7);
    loop.cancel(id - i % 2);
  }
  all.wait_for(count);
  CHECK(all.completed() == count);
  CHECK(loop.statistics().in_flight == 0);
}

TEST_CASE("canceling one exchange does not affect the others") {
  hanging_server hanging;
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  exchanges all{loop};
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(all.begin(get_request(hanging.url())));
  }
  hanging.wait_for_requests(10);
  loop.cancel(ids[3]);
  loop.cancel(ids[9]);
  all.wait_for(2);
  CHECK(all.outcome(3).error().code == errc::cancelled);
  CHECK(all.outcome(9).error().code == errc::cancelled);
  CHECK(get(loop, server.url()));
  CHECK(all.completed() == 2);
  loop.stop();
  CHECK(all.failed_with(errc::shutting_down) == 8);
}

TEST_CASE("an exchange that is canceled before it is sent is never sent") {
  raw_server server{answer_always(ok_response("x"))};
  raw_server other{hang};
  curl_multi_loop loop;
  exchanges all{loop};
  // Called from the loop's own thread, so that both are queued before the loop looks.
  std::atomic<bool> done = false;
  loop.start(get_request(server.url()), [&](http_outcome) {
    loop.cancel(all.begin(get_request(other.url())));
    done = true;
    done.notify_all();
  });
  done.wait(false);
  CHECK(all.outcome(0).error().code == errc::cancelled);
  CHECK(other.connections() == 0);
  CHECK(loop.statistics().requests == 2);
  CHECK(loop.statistics().connections_opened == 1);
  CHECK(loop.statistics().connections_reused == 0);
}

TEST_CASE("canceling a completed or unknown exchange does nothing") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  exchanges all{loop};
  const auto id = all.begin(get_request(server.url()));
  REQUIRE(all.outcome(0));
  loop.cancel(id);
  loop.cancel(id + 1000);
  loop.cancel(0);
  CHECK(get(loop, server.url()));
  CHECK(all.completed() == 1);
}

TEST_CASE("a completion may begin an exchange and cancel another") {
  raw_server server{answer_always(ok_response("x"))};
  hanging_server hanging;
  curl_multi_loop loop;
  exchanges all{loop};
  const auto hanging_id = all.begin(get_request(hanging.url()));
  hanging.wait_for_requests(1);
  constexpr int rounds = 100;
  std::atomic<int> left = rounds;
  std::function<void()> next = [&] {
    loop.start(get_request(server.url()), [&](http_outcome outcome) {
      if (outcome && left.fetch_sub(1) > 1) {
        next();
        return;
      }
      loop.cancel(hanging_id);
    });
  };
  next();
  CHECK(all.outcome(0).error().code == errc::cancelled);
  CHECK(left == 0);
  CHECK(server.connections() == 1);
}
