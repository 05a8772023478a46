// How a proxy treats connections: in order, in time, within limits.
#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;
using namespace std::chrono_literals;

namespace {

const std::string vault_request = get_request(target_of("https://vault.azure.net"));

proxy_configuration impatient() {
  auto result = on_loopback();
  result.header_timeout = 300ms;
  result.idle_timeout = 400ms;
  return result;
}

}  // namespace

TEST_CASE("pipelined requests are answered in their order, cold and cached ones mixed") {
  proxy_fixture proxy{on_loopback(), {.latency = 50ms}};
  auto client = proxy.connect();
  std::string all;
  std::vector<int> statuses;
  for (int i = 0; i < 4; ++i) {
    all += get_request(target_of("https://cold.example/" + std::to_string(i)));
    all += get_request("/odd");
    all += vault_request;
    all += get_request(target_of("https://vault.azure.net"), "");
    statuses.insert(statuses.end(), {200, 404, 200, 400});
  }
  REQUIRE(client.send(all));
  for (const int status : statuses) {
    const auto reply = client.receive();
    REQUIRE(reply.has_value());
    CHECK(reply->status == status);
  }
}

TEST_CASE("pipelined requests are answered although the client reads late") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  static_cast<void>(client.get(target_of("https://vault.azure.net")));
  // Far more than the buffers of the sockets hold.
  constexpr int count = 20'000;
  std::thread sender([&] {
    for (int i = 0; i < count; ++i) {
      client.send(vault_request);
    }
  });
  std::this_thread::sleep_for(200ms);
  int answered = 0;
  for (int i = 0; i < count; ++i) {
    const auto reply = client.receive();
    answered += reply && reply->status == 200 ? 1 : 0;
  }
  sender.join();
  CHECK(answered == count);
}

TEST_CASE("a request may arrive byte by byte") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  for (const char c : vault_request) {
    client.send({&c, 1});
  }
  CHECK(client.receive()->status == 200);
}

TEST_CASE("HTTP/1.0 closes the connection unless the client keeps it") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const std::string begin =
      "GET " + target_of("https://vault.azure.net") + " HTTP/1.0\r\nMetadata: true\r\n";
  client.send(begin + "Connection: keep-alive\r\n\r\n");
  const auto kept = client.receive();
  REQUIRE(kept.has_value());
  CHECK(kept->fields.at("connection") == "keep-alive");
  client.send(begin + "\r\n");
  const auto last = client.receive();
  REQUIRE(last.has_value());
  CHECK(last->status == 200);
  CHECK(last->fields.at("connection") == "close");
  CHECK(client.receive_rest().empty());
}

TEST_CASE("a client that asks for the end gets it after its answer") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  client.send(
      get_request(target_of("https://vault.azure.net"), "Metadata: true\r\nConnection: close\r\n"));
  const auto reply = client.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->fields.at("connection") == "close");
  CHECK(client.receive_rest().empty());
  CHECK(client.error() == 0);
}

TEST_CASE("a client that waits for permission to send a body gets it") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  client.send(
      "POST /metadata/identity/issuecredential HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  const auto interim = client.receive(false);
  REQUIRE(interim.has_value());
  CHECK(interim->status == 100);
  client.send("body" + vault_request);
  CHECK(client.receive()->status == 404);
  CHECK(client.receive()->status == 200);
}

TEST_CASE("text that is not HTTP is answered with 400, and the connection closes without a reset") {
  proxy_fixture proxy;
  const auto* bytes = GENERATE(
      "garbage\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n", "\x16\x03\x01\x02",
      "GET  HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "GET / HTTP/1.1\r\nName : value\r\n\r\n");
  auto client = proxy.connect();
  client.send(std::string{bytes} + std::string(100, 'x'));
  const auto reply = client.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 400);
  CHECK(reply->fields.at("connection") == "close");
  CHECK(client.receive_rest().empty());
  CHECK(client.error() == 0);
  CHECK(proxy.observer.rejections(rejection::malformed) == 1);
}

TEST_CASE("too many bytes of header fields are 431, too many of a body 413") {
  proxy_fixture proxy;
  auto flood = proxy.connect();
  flood.send("GET / HTTP/1.1\r\nName: " + std::string(20'000, 'x'));
  CHECK(flood.receive()->status == 431);
  auto many = proxy.connect();
  std::string fields;
  for (int i = 0; i < 6'000; ++i) {
    fields += "N: v\r\n";
  }
  many.send("GET / HTTP/1.1\r\n" + fields);
  CHECK(many.receive()->status == 431);
  auto body = proxy.connect();
  body.send("POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n");
  CHECK(body.receive()->status == 413);
  CHECK(proxy.observer.rejections(rejection::malformed) == 3);
}

TEST_CASE("a request that does not arrive in time is given up, however busy its client is") {
  proxy_fixture proxy{impatient()};
  auto slow = proxy.connect();
  auto silent = proxy.connect();
  silent.send("G");
  const auto begin = std::chrono::steady_clock::now();
  slow.send("GET / HTTP/1.1\r\n");
  while (!slow.hears_within(20) && std::chrono::steady_clock::now() - begin < 5s) {
    slow.send("A: b\r\n");
  }
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  CHECK(slow.receive()->status == 408);
  CHECK(silent.receive()->status == 408);
  CHECK(elapsed >= 300ms);
  CHECK(elapsed < 4s);
  CHECK(proxy.observer.rejections(rejection::too_slow) == 2);
}

TEST_CASE("the time for a request begins with its own first byte") {
  auto configuration = impatient();
  configuration.header_timeout = 2s;
  proxy_fixture proxy{configuration};
  auto client = proxy.connect();
  const auto request = get_request("/");
  const auto middle = request.size() / 2;
  const auto end_and_begin = request.substr(middle) + request.substr(0, middle);
  REQUIRE(client.send(std::string_view{request}.substr(0, middle)));
  // Each request takes a part of its time, and a part of the next one arrives with its end.
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(1100ms);
    REQUIRE(client.send(end_and_begin));
    const auto reply = client.receive();
    REQUIRE(reply.has_value());
    CHECK(reply->status == 404);
  }
}

TEST_CASE("an idle connection is closed in time, one that waits for its token is not") {
  proxy_fixture proxy{impatient(), {.latency = 3s}};
  auto idle = proxy.connect();
  auto waiting = proxy.connect();
  waiting.send(vault_request);
  CHECK(idle.receive_rest().empty());
  CHECK(waiting.receive()->status == 200);
}

TEST_CASE("a client that takes no answers is closed in time") {
  proxy_fixture proxy{impatient()};
  auto client = proxy.connect();
  static_cast<void>(client.get(target_of("https://vault.azure.net")));
  std::thread sender([&] {
    while (client.send(vault_request)) {
    }
  });
  CHECK(eventually([&] { return proxy.server->connections() == 0; }));
  sender.join();
}

TEST_CASE("connections beyond the limit are answered and closed, and open ones continue") {
  auto configuration = on_loopback();
  configuration.max_connections = 3;
  proxy_fixture proxy{configuration};
  std::vector<raw_client> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(proxy.connect());
    CHECK(open.back().get("/")->status == 404);
  }
  auto refused = proxy.connect();
  const auto reply = refused.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 503);
  CHECK(reply->fields.at("retry-after") == "1");
  CHECK(proxy.observer.rejections(rejection::too_many_connections) == 1);
  CHECK(open[0].get(target_of("https://vault.azure.net"))->status == 200);
  open.pop_back();
  CHECK(eventually([&] { return proxy.server->connections() == 2; }));
  auto next = proxy.connect();
  CHECK(next.get("/")->status == 404);
}

TEST_CASE("a client that has reached its limit on connections gets an answer at once") {
  auto configuration = on_loopback();
  configuration.max_connections_per_client = 2;
  proxy_fixture proxy{configuration};
  auto first = proxy.connect();
  CHECK(first.get("/")->status == 404);
  {
    auto second = proxy.connect();
    CHECK(second.get("/")->status == 404);
    auto refused = proxy.connect();
    const auto reply = refused.receive();
    REQUIRE(reply);
    CHECK(reply->status == 503);
    CHECK(proxy.observer.rejections(rejection::too_many_of_client) == 1);
    // Although the client has not closed its own.
    CHECK(eventually([&] { return proxy.server->connections() == 2; }));
    CHECK(first.get(target_of("https://vault.azure.net"))->status == 200);
  }
  CHECK(eventually([&] { return proxy.server->connections() == 1; }));
  CHECK(proxy.connect().get("/")->status == 404);
  configuration.max_connections_per_client = 1;
  proxy.server->reload(configuration);
  CHECK(eventually([&] {
    auto more = proxy.connect();
    const auto reply = more.get("/");
    return reply && reply->status == 503;
  }));
}

TEST_CASE("users that are not allowed get an answer that says so") {
  auto configuration = on_loopback();
  configuration.allowed_uids = std::vector<uid_t>{};
  proxy_fixture proxy{configuration};
  auto client = proxy.connect();
  client.send(vault_request);
  const auto reply = client.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 403);
  CHECK(client.receive_rest().empty());
  CHECK(proxy.observer.rejections(rejection::uid_not_allowed) == 1);
}

TEST_CASE("connections are spread evenly over the workers") {
  proxy_fixture proxy;
  std::vector<raw_client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(proxy.connect());
  }
  CHECK(eventually([&] { return proxy.observer.open() == 10; }));
  CHECK(proxy.observer.connected_by() == std::vector<std::size_t>{5, 5});
}
