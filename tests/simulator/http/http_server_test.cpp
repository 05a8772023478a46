#include "simulator/http/http_server.hpp"

#include "simulator/http/traffic_counter.hpp"
#include "tests/simulator/support/raw_client.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace midas::internal::simulator;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

/// Answers with what it heard; "/late" after ten minutes, "/throw" not at all.
void echo(const request_view& request, std::chrono::system_clock::time_point, response& out) {
  if (request.target == "/throw") {
    throw std::runtime_error("no idea");
  }
  if (request.target == "/late") {
    out.delay = 10min;
  }
  if (request.target == "/soon") {
    out.delay = 1ms;
  }
  if (request.target == "/large") {
    out.body.assign(300'000, 'x');
  }
  out.close = request.target == "/close";
  out.add_field("X-Fields", std::to_string(request.fields.size()));
  out.body.append(request.method).append(" ").append(request.target).append(" ");
  out.body.append(request.body);
}

struct echo_server {
  explicit echo_server(const http_server_options& options = {}) : server(options, echo, counter) {}

  traffic_counter counter{};
  http_server server;
};

std::string numbered_target(int number) { return std::string("/").append(std::to_string(number)); }

std::string answer_to(const std::string& target) { return "GET " + target + " "; }

void wait_until_in_flight(const traffic_counter& counter, std::uint64_t count) {
  while (counter.snapshot().in_flight != count) {
    std::this_thread::yield();
  }
}

void wait_until_open(const traffic_counter& counter, std::uint64_t count) {
  while (counter.snapshot().open_connections != count) {
    std::this_thread::yield();
  }
}

/// Waits for one of the two: true when a request is in flight.
bool in_flight_or_closed(const traffic_counter& counter) {
  for (;;) {
    const auto numbers = counter.snapshot();
    if (numbers.in_flight == 1) {
      return true;
    }
    if (numbers.connections > 0 && numbers.open_connections == 0) {
      return false;
    }
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("one connection serves one request after the other") {
  echo_server echo;
  raw_client client(echo.server.port());
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.get(numbered_target(i));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == answer_to(numbered_target(i)));
    CHECK(answer->fields.count("date") == 1);
    CHECK(answer->fields.count("connection") == 0);
  }
  CHECK(echo.counter.snapshot().connections == 1);
  CHECK(echo.counter.snapshot().requests == 100);
}

TEST_CASE("pipelined requests are answered in their order, delayed and large ones too") {
  echo_server echo;
  raw_client client(echo.server.port());
  std::vector<std::string> targets;
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    targets.push_back(i % 10 == 3 ? "/soon" : i % 10 == 5 ? "/large" : numbered_target(i));
    requests += get_request(targets.back());
  }
  // A thread of its own, for the answers are more than the sockets hold.
  std::thread sender([&] { client.send(requests); });
  for (const auto& target : targets) {
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->body.ends_with(answer_to(target)));
  }
  sender.join();
}

TEST_CASE("a body arrives whole, by length and in chunks") {
  echo_server echo;
  raw_client client(echo.server.port());
  client.send("POST /a HTTP/1.1\r\nContent-Length: 11\r\n\r\nresource=x&");
  CHECK(client.receive()->body == "POST /a resource=x&");
  client.send(
      "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(client.receive()->body == "POST /b abcde");
  const std::string large(60'000, 'z');
  client.send("POST /c HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + large);
  CHECK(client.receive()->body == "POST /c " + large);
}

TEST_CASE("the connection closes after an answer when the client or the dialect says so") {
  echo_server echo;
  for (const auto& request : {std::string("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"),
                              std::string("GET /x HTTP/1.0\r\n\r\n"), get_request("/close")}) {
    raw_client client(echo.server.port());
    client.send(request + get_request("/unheard"));
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->fields.at("connection") == "close");
    CHECK(client.receive_rest().empty());
  }
  raw_client client(echo.server.port());
  client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.receive()->fields.at("connection") == "keep-alive");
  CHECK(client.get("/again")->status == 200);
}

TEST_CASE("a client that has nothing more to say still gets its answers") {
  echo_server echo;
  raw_client client(echo.server.port());
  client.send(get_request("/soon") + get_request("/soon"));
  client.send_end();
  CHECK(client.receive()->status == 200);
  CHECK(client.receive()->status == 200);
  CHECK(client.receive_rest().empty());
  wait_until_open(echo.counter, 0);
}

TEST_CASE("an answer to HEAD has the length and not the body") {
  echo_server echo;
  raw_client client(echo.server.port());
  client.send("HEAD /x HTTP/1.1\r\n\r\n");
  CHECK(client.receive(false)->fields.at("content-length") == "8");
  CHECK(client.get("/y")->body == "GET /y ");
}

TEST_CASE("what is no HTTP is refused, and the connection closed") {
  echo_server echo;
  for (const auto* garbage :
       {"\x16\x03\x01\x02\x01\r\n\r\n", "hello\r\n\r\n", "GET /x HTTP/3.7\r\n\r\n",
        "GET /x HTTP/1.1\r\nno colon\r\n\r\n", "GET / x HTTP/1.1\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    raw_client client(echo.server.port());
    client.send(garbage);
    const auto answer = client.receive();
    INFO(garbage);
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(answer->fields.at("connection") == "close");
    client.receive_rest();
  }
  CHECK(echo.counter.snapshot().statuses.at(400) == 8);
}

TEST_CASE("a head or a body over its limit is refused") {
  http_server_options options;
  options.head_limit = 4096;
  options.body_limit = 1000;
  echo_server echo(options);
  const auto status_of = [&](const std::string& request) {
    raw_client client(echo.server.port());
    client.send(request);
    const auto answer = client.receive();
    return answer ? answer->status : 0;
  };
  const std::string long_text(5000, 'a');
  const std::string long_target = std::string("/").append(long_text);
  std::string many_fields;
  for (int i = 0; i < 400; ++i) {
    many_fields += "Name: value\r\n";
  }
  CHECK(status_of(get_request(long_target)) == 431);
  CHECK(status_of(get_request("/", "A: " + long_text + "\r\n")) == 431);
  CHECK(status_of(get_request("/", many_fields)) == 431);
  CHECK(status_of("GET " + long_target) == 431);
  CHECK(status_of("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n") == 413);
  CHECK(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + long_text) ==
        413);
  CHECK(status_of("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + long_text.substr(0, 1000)) ==
        200);
}

TEST_CASE("a dialect that throws is answered with 500, and the server lives on") {
  echo_server echo;
  raw_client client(echo.server.port());
  const auto answer = client.get("/throw");
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(answer->body.find("no idea") != std::string::npos);
  CHECK(client.get("/x")->status == 200);
}

TEST_CASE("silent and dripping connections are closed") {
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

TEST_CASE("a refused client that goes on sending is closed in the end") {
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

TEST_CASE("a connection whose answer waits for its time is not idle") {
  http_server_options options;
  options.idle_timeout = 20ms;
  options.stop_timeout = 0ms;
  echo_server echo(options);
  std::optional<raw_client> waiting;
  // On a busy machine the first ones may have been too slow, and closed before they asked.
  do {
    waiting.emplace(echo.server.port()).send(get_request("/late"));
  } while (!in_flight_or_closed(echo.counter));
  for (int i = 0; i < 3; ++i) {
    CHECK(raw_client(echo.server.port()).receive_rest().empty());
  }
  CHECK(echo.counter.snapshot().in_flight == 1);
}

TEST_CASE("a client that does not read its answers is closed in the end") {
  http_server_options options;
  options.idle_timeout = 20ms;
  echo_server echo(options);
  raw_client client(echo.server.port());
  while (client.send(get_request("/large"))) {
  }
  wait_until_open(echo.counter, 0);
}

TEST_CASE("delayed answers of many connections wait side by side, and stop ends them") {
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

TEST_CASE("an unwritten body of an open request does not keep the server from stopping") {
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

TEST_CASE("a client that does not read its answers does not keep the server from stopping") {
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

TEST_CASE("the server's thread takes no signals of the program") {
  echo_server echo;
  sigset_t now{};
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  CHECK(sigismember(&now, SIGTERM) == 0);

  // Blocked in this thread, the only other one, it must stay pending.
  sigset_t term{};
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, nullptr);
  ::kill(::getpid(), SIGTERM);
  raw_client client(echo.server.port());
  CHECK(client.get("/x")->status == 200);
  int taken = 0;
  sigwait(&term, &taken);
  CHECK(taken == SIGTERM);
  pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
}
