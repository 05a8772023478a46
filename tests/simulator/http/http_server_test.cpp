#include "simulator/http/http_server.hpp"

#include "tests/simulator/support/echo_server.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/support/catch.hpp"

#include <signal.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

using namespace midas::internal::simulator;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

std::string numbered_target(int number) { return std::string("/").append(std::to_string(number)); }

std::string echo_of(const std::string& target) { return "GET " + target + " "; }

}  // namespace

TEST_CASE("one connection serves many requests") {
  echo_server echo;
  raw_client client(echo.server.port());
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.get(numbered_target(i));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == echo_of(numbered_target(i)));
    CHECK(answer->fields.count("date") == 1);
    CHECK(answer->fields.count("connection") == 0);
  }
  CHECK(echo.counter.snapshot().connections == 1);
  CHECK(echo.counter.snapshot().requests == 100);
}

TEST_CASE("pipelined requests are answered in order, including delayed and large answers") {
  echo_server echo;
  raw_client client(echo.server.port());
  std::vector<std::string> targets;
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    targets.push_back(i % 10 == 3 ? "/soon" : i % 10 == 5 ? "/large" : numbered_target(i));
    requests += get_request(targets.back());
  }
  // Sent by another thread, since the answers exceed the socket buffers.
  std::thread sender([&] { client.send(requests); });
  for (const auto& target : targets) {
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->body.ends_with(echo_of(target)));
  }
  sender.join();
}

TEST_CASE("a body is received by its length and in chunks") {
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

TEST_CASE("the connection closes after an answer if the client or the handler asks for it") {
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

TEST_CASE("a client that shuts down its sending side still gets its answers") {
  echo_server echo;
  raw_client client(echo.server.port());
  client.send(get_request("/soon") + get_request("/soon"));
  client.send_end();
  CHECK(client.receive()->status == 200);
  CHECK(client.receive()->status == 200);
  CHECK(client.receive_rest().empty());
  wait_until_open(echo.counter, 0);
}

TEST_CASE("an answer to HEAD has a length but no body") {
  echo_server echo;
  raw_client client(echo.server.port());
  client.send("HEAD /x HTTP/1.1\r\n\r\n");
  CHECK(client.receive(false)->fields.at("content-length") == "8");
  CHECK(client.get("/y")->body == "GET /y ");
}

TEST_CASE("malformed HTTP is answered with 400, and the connection closes") {
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

TEST_CASE("a head or a body above its limit is refused") {
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

TEST_CASE("a handler that throws is answered with 500, and the server continues") {
  echo_server echo;
  raw_client client(echo.server.port());
  const auto answer = client.get("/throw");
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(answer->body.find("no idea") != std::string::npos);
  CHECK(client.get("/x")->status == 200);
}

TEST_CASE("the server's thread blocks the program's signals") {
  echo_server echo;
  sigset_t now{};
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  CHECK(sigismember(&now, SIGTERM) == 0);

  // Blocked in this thread, the only other one, the signal must stay pending.
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
