// How the loop opens, reuses and limits connections.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

// Holds requests back until all of them have arrived.
class rendezvous {
 public:
  explicit rendezvous(std::size_t size) : size_(size) {}

  raw_server::script answer_when_all_have_arrived() {
    return [this](raw_connection& connection) {
      while (!connection.read_request().empty()) {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return arrived_ >= size_; });
        connection.send(ok_response("x"));
      }
    };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t size_;
  std::size_t arrived_ = 0;
};

}  // namespace

TEST_CASE("consecutive exchanges share one connection") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(get(loop, server.url()));
  }
  CHECK(server.connections() == 1);
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 5);
  CHECK(statistics.connection_attempts == 1);
  CHECK(statistics.connections_opened == 1);
  CHECK(statistics.connections_reused == 4);
  CHECK(statistics.in_flight == 0);
}

TEST_CASE("a kept connection that the server has closed is replaced without a failure") {
  const auto* const method = GENERATE("GET", "POST");
  raw_server server{[](raw_connection& connection) {
    const auto request = connection.read_request();
    connection.send(ok_response(request.substr(request.find("\r\n\r\n") + 4)));
    if (connection.index() != 0) {
      connection.wait_for_end();
    }
  }};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = method;
  request.body = "body";
  REQUIRE(exchange(loop, request));
  server.wait_until_ended(1);
  const auto outcome = exchange(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->body == "body");
  CHECK(server.connections() == 2);
  CHECK(loop.statistics().connections_reused == 0);
}

TEST_CASE("a request with a body is sent again if its kept connection dies") {
  raw_server server{[](raw_connection& connection) {
    const auto first = connection.read_request();
    connection.send(ok_response(first.substr(first.find("\r\n\r\n") + 4)));
    // The second request arrives on this connection and gets no answer here.
    connection.read_request();
  }};
  curl_multi_loop loop;
  auto request = get_request(server.url());
  request.method = "POST";
  request.body.assign(100'000, 'x');
  REQUIRE(exchange(loop, request));
  const auto outcome = exchange(loop, request);
  REQUIRE(outcome);
  CHECK(outcome->body.size() == 100'000);
  CHECK(server.connections() == 2);
  CHECK(loop.statistics().connection_attempts == 2);
  CHECK(loop.statistics().connections_opened == 2);
}

TEST_CASE("exchanges begun together are in flight together") {
  constexpr std::size_t together = 20;
  rendezvous requests{together};
  raw_server server{requests.answer_when_all_have_arrived()};
  curl_multi_loop loop;
  exchanges all{loop};
  for (std::size_t i = 0; i < together; ++i) {
    all.begin(get_request(server.url()));
  }
  for (std::size_t i = 0; i < together; ++i) {
    CHECK(all.outcome(i));
  }
  CHECK(server.connections() == together);
}

TEST_CASE("a thousand concurrent exchanges share the connections that a host may have") {
  const auto cap = GENERATE(std::size_t{1}, std::size_t{8});
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.max_connections_per_host = cap}};
  exchanges all{loop};
  for (std::size_t i = 0; i < 1000; ++i) {
    all.begin(get_request(server.url()));
  }
  all.wait_for(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    REQUIRE(all.outcome(i));
  }
  CHECK(server.connections() <= cap);
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 1000);
  CHECK(statistics.connections_opened == server.connections());
  CHECK(statistics.connections_reused == 1000 - server.connections());
  CHECK(statistics.in_flight == 0);
}

TEST_CASE(
    "over the limit the earliest deadline goes first, and waiting does not count toward the "
    "timeout") {
  std::mutex mutex;
  std::condition_variable changed;
  bool go = false;
  std::vector<std::string> order;
  raw_server server{[&](raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      std::unique_lock lock{mutex};
      order.push_back(request.substr(5, 1));
      changed.wait(lock, [&] { return go; });
      connection.send(ok_response("x"));
    }
  }};
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  const auto now = std::chrono::steady_clock::now();
  const auto begin = [&](const char* path, std::chrono::seconds deadline) {
    auto request = get_request(server.url() + path);
    request.deadline = now + deadline;
    return all.begin(std::move(request));
  };
  begin("/a", 9s);
  begin("/b", 3s);
  begin("/c", 2s);
  const auto cancelled = begin("/d", 1s);
  begin("/e", 2s);
  // Another host does not have to wait.
  raw_server other{answer_always(ok_response("x"))};
  CHECK(get(loop, other.url()));
  loop.cancel(cancelled);
  CHECK(all.outcome(3).error().code == errc::cancelled);
  CHECK(loop.statistics().in_flight == 4);
  {
    const std::lock_guard lock{mutex};
    go = true;
    changed.notify_all();
  }
  all.wait_for(5);
  CHECK(order == std::vector<std::string>{"a", "c", "e", "b"});
}

TEST_CASE("only the connections above the number to keep are closed") {
  constexpr std::size_t together = 4;
  rendezvous requests{together};
  raw_server server{requests.answer_when_all_have_arrived()};
  curl_multi_loop loop{{.max_connections_kept = 1}};
  exchanges all{loop};
  for (std::size_t i = 0; i < together; ++i) {
    all.begin(get_request(server.url()));
  }
  all.wait_for(together);
  server.wait_until_ended(together - 1);
  REQUIRE(get(loop, server.url()));
  CHECK(server.connections() == together);
}

TEST_CASE("an exchange that begins while another is in flight starts at once") {
  raw_server hanging{[](raw_connection& connection) { connection.wait_for_end(); }};
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  exchanges all{loop};
  all.begin(get_request(hanging.url()));
  // Without being woken, the loop looks for new exchanges once a second.
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    REQUIRE(get(loop, server.url()));
  }
  CHECK(std::chrono::steady_clock::now() - start < 8s);
  loop.stop();
}

TEST_CASE("a failed connection counts as an attempt, neither as opened nor as reused") {
  curl_multi_loop loop;
  CHECK_FALSE(get(loop, "http://127.0.0.1:" + std::to_string(closed_port())));
  const auto statistics = loop.statistics();
  CHECK(statistics.requests == 1);
  CHECK(statistics.connection_attempts == 1);
  CHECK(statistics.connections_opened == 0);
  CHECK(statistics.connections_reused == 0);
  CHECK(statistics.in_flight == 0);
}

TEST_CASE("a failed connection leaves nothing behind for the next exchange of its handle") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  REQUIRE(get(loop, server.url()));
  REQUIRE_FALSE(get(loop, "http://127.0.0.1:" + std::to_string(closed_port())));
  // On the first connection.
  REQUIRE(get(loop, server.url()));
  const auto counts = loop.statistics();
  CHECK(counts.connection_attempts == 2);
  CHECK(counts.connections_opened == 1);
  CHECK(counts.connections_reused == 1);
}
