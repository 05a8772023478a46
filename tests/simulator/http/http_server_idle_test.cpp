// Idle, stuck and stopped connections of http_server.
#include "tests/simulator/support/echo_server.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace midas::internal::simulator;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("connections that complete no request are closed") {
  http_server_options options;
  options.idle_timeout = 20ms;
  echo_server echo(options);
  raw_client silent(echo.server.port());
  CHECK(silent.receive_rest().empty());
  raw_client half(echo.server.port());
  half.send("GET /x HTTP/1.1\r\nHost:");
  CHECK(half.receive_rest().empty());
  raw_client dripping(echo.server.port());
  while (dripping.send("GET")) {
    std::this_thread::yield();
  }
  wait_until_open(echo.counter, 0);
}

TEST_CASE("a refused client that continues to send is disconnected eventually") {
  http_server_options options;
  options.idle_timeout = 20ms;
  echo_server echo(options);
  raw_client client(echo.server.port());
  client.send("no HTTP\r\n\r\n");
  while (client.send("more")) {
    std::this_thread::yield();
  }
  wait_until_open(echo.counter, 0);
}

TEST_CASE("a connection with a delayed answer is not idle") {
  http_server_options options;
  options.idle_timeout = 20ms;
  options.stop_timeout = 0ms;
  echo_server echo(options);
  std::optional<raw_client> waiting;
  std::uint64_t attempts = 0;
  // On a busy machine, the first connections may be closed as idle before they send a request.
  do {
    waiting.emplace(echo.server.port()).send(get_request("/late"));
  } while (!wait_for_request([&] { return echo.counter.snapshot(); }, ++attempts));
  for (int i = 0; i < 3; ++i) {
    CHECK(raw_client(echo.server.port()).receive_rest().empty());
  }
  CHECK(echo.counter.snapshot().in_flight == 1);
}

TEST_CASE("a client that does not read its answers is disconnected eventually") {
  http_server_options options;
  options.idle_timeout = 20ms;
  echo_server echo(options);
  raw_client client(echo.server.port());
  while (client.send(get_request("/large"))) {
  }
  wait_until_open(echo.counter, 0);
}

TEST_CASE("answers on many connections are delayed concurrently, and stop ends them") {
  http_server_options options;
  options.stop_timeout = 1ms;
  echo_server echo(options);
  std::vector<raw_client> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(echo.server.port());
    clients.back().send(get_request("/late"));
  }
  wait_until_in_flight(echo.counter, 50);
  echo.server.stop();
  for (auto& client : clients) {
    CHECK(client.receive_rest().empty());
  }
  const auto numbers = echo.counter.snapshot();
  CHECK(numbers.peak_in_flight == 50);
  CHECK(numbers.in_flight == 0);
  CHECK(numbers.open_connections == 0);
  CHECK(numbers.statuses.empty());
}

TEST_CASE("an incomplete request does not delay stop") {
  http_server_options options;
  options.stop_timeout = 60s;
  echo_server echo(options);
  raw_client idle(echo.server.port());
  raw_client half(echo.server.port());
  half.send("POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  wait_until_open(echo.counter, 2);
  echo.server.stop();
  CHECK(idle.receive_rest().empty());
  CHECK(half.receive_rest().empty());
}

TEST_CASE("a client that does not read its answers does not block stop") {
  http_server_options options;
  options.stop_timeout = 1ms;
  echo_server echo(options);
  raw_client client(echo.server.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += get_request("/large");
  }
  client.send(requests);
  while (echo.counter.snapshot().requests == 0) {
    std::this_thread::yield();
  }
  echo.server.stop();
  CHECK(echo.counter.snapshot().open_connections == 0);
  CHECK(client.receive_rest().size() < 200 * std::size_t{300'000});
}
