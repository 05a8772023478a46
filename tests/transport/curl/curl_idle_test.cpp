// What becomes of kept connections while nothing is in flight.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

using midas::internal::curl_multi_loop;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

// Connections to that loopback port that are open on this side and closed on the other.
std::size_t half_closed(std::uint16_t port) {
  constexpr unsigned close_wait = 8;
  std::ifstream table{"/proc/self/net/tcp"};
  std::string line;
  std::getline(table, line);
  std::size_t result = 0;
  while (std::getline(table, line)) {
    std::istringstream fields{line};
    std::string number;
    std::string local;
    std::string remote;
    unsigned state = 0;
    fields >> number >> local >> remote >> std::hex >> state;
    const auto remote_port = std::stoul(remote.substr(remote.find(':') + 1), nullptr, 16);
    result += remote_port == port && state == close_wait ? 1U : 0U;
  }
  return result;
}

// How often the loop's thread went to sleep by itself.
std::size_t sleeps_of_the_loop() {
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    std::string line;
    bool is_loop = false;
    while (std::getline(status, line)) {
      is_loop = is_loop || line == "Name:\tmidas-http";
      if (is_loop && line.starts_with("voluntary_ctxt_switches:")) {
        return std::stoul(line.substr(line.find('\t')));
      }
    }
  }
  return 0;
}

template <class Condition>
bool becomes_true(std::chrono::milliseconds within, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

constexpr std::size_t together = 10;

void ask_together(curl_multi_loop& loop, const std::string& url) {
  exchanges all{loop};
  for (std::size_t i = 0; i < together; ++i) {
    all.begin(get_request(url));
  }
  all.wait_for(together);
}

}  // namespace

TEST_CASE("connections that their host has closed are closed here without another request") {
  raw_server server{answer_and_close(ok_response("x"))};
  curl_multi_loop loop{{.keep_alive = 1s}};
  ask_together(loop, server.url());
  server.wait_until_ended(together);
  REQUIRE(half_closed(server.port()) > 0);
  CHECK(becomes_true(5s, [&] { return half_closed(server.port()) == 0; }));
  // The next exchange opens a connection.
  CHECK(get(loop, server.url()));
}

TEST_CASE("connections that nobody uses are closed after the keep-alive time, not earlier") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.keep_alive = 1s}};
  ask_together(loop, server.url());
  const auto connections = server.connections();
  std::this_thread::sleep_for(600ms);
  // Keeps one in use, and so all of them.
  REQUIRE(get(loop, server.url()));
  const auto used = std::chrono::steady_clock::now();
  CHECK(server.connections() == connections);
  server.wait_until_ended(connections);
  CHECK(std::chrono::steady_clock::now() - used >= 900ms);
  CHECK(get(loop, server.url()));
  CHECK(server.connections() == connections + 1);
}

TEST_CASE("after the last exchange the loop wakes once") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.keep_alive = 1s}};
  ask_together(loop, server.url());
  std::this_thread::sleep_for(300ms);
  const auto before = sleeps_of_the_loop();
  REQUIRE(before > 0);
  std::this_thread::sleep_for(400ms);
  CHECK(sleeps_of_the_loop() == before);
  server.wait_until_ended(server.connections());
  std::this_thread::sleep_for(200ms);
  const auto after = sleeps_of_the_loop();
  // Closing a connection may have to wait for a lock as well.
  CHECK(after >= before + 1);
  CHECK(after <= before + 3);
  const auto used = std::clock();
  std::this_thread::sleep_for(1'200ms);
  CHECK(sleeps_of_the_loop() == after);
  // Nor does it run all the time.
  CHECK(std::clock() - used < CLOCKS_PER_SEC / 50);
}

TEST_CASE("the loop takes no processor time while it waits for an answer") {
  raw_server server{[](raw_connection& connection) {
    connection.read_request();
    connection.wait_for_end();
  }};
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  for (int i = 0; i < 3; ++i) {
    all.begin(get_request(server.url()));
  }
  std::this_thread::sleep_for(100ms);
  const auto used = std::clock();
  std::this_thread::sleep_for(500ms);
  CHECK(std::clock() - used < CLOCKS_PER_SEC / 50);
  loop.stop();
}

TEST_CASE("a connection that was idle for longer than the keep-alive time is not used again") {
  raw_server server{answer_always(ok_response("x"))};
  raw_server busy{[](raw_connection& connection) { connection.wait_for_end(); }};
  curl_multi_loop loop{{.keep_alive = 1s}};
  exchanges all{loop};
  // Keeps the loop from closing unused connections.
  all.begin(get_request(busy.url()));
  REQUIRE(get(loop, server.url()));
  REQUIRE(get(loop, server.url()));
  CHECK(server.connections() == 1);
  // libcurl counts whole seconds.
  std::this_thread::sleep_for(2'100ms);
  REQUIRE(get(loop, server.url()));
  CHECK(server.connections() == 2);
  loop.stop();
}
