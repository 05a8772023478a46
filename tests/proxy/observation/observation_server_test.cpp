#include "proxy/observation/observation_server.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using boost::asio::ip::tcp;
using Catch::Matchers::Contains;

namespace {

// A metrics listener on a thread of its own.
struct running_server {
  explicit running_server(
      observation_limits limits = {},
      std::function<std::string()> status = [] { return std::string{"{}"}; }) {
    auto made = observation_server::listen(loop, {.address = "127.0.0.1"}, false,
                                           {.metrics = [] { return std::string{"figures\n"}; },
                                            .status = std::move(status),
                                            .live = {},
                                            .ready = {}},
                                           limits);
    REQUIRE(made);
    server = *std::move(made);
    port = server->port();
    thread = std::thread{[this] { server->run(loop); }};
  }
  ~running_server() {
    boost::asio::post(loop, [this] { server.reset(); });
    thread.join();
  }
  running_server(const running_server&) = delete;
  running_server& operator=(const running_server&) = delete;

  boost::asio::io_context loop;
  std::unique_ptr<observation_server> server;
  std::uint16_t port = 0;
  std::thread thread;
};

struct scraper {
  explicit scraper(const running_server& server) {
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port});
  }
  void send(const std::string& bytes) { boost::asio::write(socket, boost::asio::buffer(bytes)); }
  // All bytes until the server closes the connection.
  std::string rest() {
    std::string result;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(result), end);
    return result;
  }

  boost::asio::io_context loop;
  tcp::socket socket{loop};
};

const std::string scrape = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const std::string last_scrape =
    "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++result;
  }
  return result;
}

}  // namespace

TEST_CASE("a connection serves one request after the other, also those that arrive together") {
  const running_server server;
  scraper client{server};
  client.send(scrape + scrape + "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + last_scrape);
  const auto answers = client.rest();
  CHECK(count_of(answers, "HTTP/1.1 200 OK\r\n") == 4);
  CHECK(count_of(answers, "figures\n") == 3);
  CHECK(count_of(answers, "<html") == 0);
}

TEST_CASE("an observation is served with its probes") {
  const observation seen{{.version = "1.2.3"}};
  const auto sources = sources_of(
      seen, [] { return health{}; },
      [] {
        return health{false, "draining"};
      });
  CHECK_THAT(sources.metrics(), Contains("midas_build_info{version=\"1.2.3\"} 1"));
  CHECK_THAT(sources.status(), Contains("\"version\":\"1.2.3\""));
  CHECK(sources.live().is_good);
  CHECK(sources.ready().text == "draining");
}

TEST_CASE(
    "a request that is not HTTP, is too large, or has a body, is refused and ends the connection") {
  const running_server server;
  scraper garbage{server};
  garbage.send("\x16\x03\x01 garbage\r\n\r\n");
  CHECK_THAT(garbage.rest(), Catch::StartsWith("HTTP/1.1 400 "));
  scraper large{server};
  large.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n");
  CHECK_THAT(large.rest(), Catch::StartsWith("HTTP/1.1 431 "));
  scraper body{server};
  body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
  CHECK_THAT(body.rest(), Catch::StartsWith("HTTP/1.1 413 "));
}

TEST_CASE("a client of HTTP/1.0 gets one answer") {
  const running_server server;
  scraper client{server};
  client.send("GET /livez HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  CHECK_THAT(client.rest(), Contains("Connection: close\r\n") && Catch::EndsWith("\r\n\r\nok\n"));
}

TEST_CASE("a slow client and an idle one are cut off") {
  using namespace std::chrono_literals;
  const running_server server{{.request_timeout = 50ms, .idle_timeout = 100ms}};
  scraper slow{server};
  slow.send("GET /metrics HTTP/1.1\r\nHost: 12");
  scraper idle{server};
  CHECK(slow.rest().empty());
  CHECK(idle.rest().empty());
}

TEST_CASE("clients that hold connections do not keep others out") {
  const running_server server{{.max_connections = 4}};
  std::vector<std::unique_ptr<scraper>> holders;
  for (int at = 0; at < 20; ++at) {
    holders.push_back(std::make_unique<scraper>(server));
    scraper client{server};
    client.send(last_scrape);
    CHECK_THAT(client.rest(), Contains("figures\n"));
  }
  CHECK(holders.front()->rest().empty());
}

TEST_CASE("a listener that other machines can reach must be allowed") {
  boost::asio::io_context loop;
  const auto refused = observation_server::listen(loop, {.address = "0.0.0.0"}, false, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_configuration);
  CHECK_THAT(refused.error().message, Contains("0.0.0.0") && Contains("loopback"));
  CHECK_THAT(refused.error().advice, Contains("--allow-non-loopback"));
  CHECK(observation_server::listen(loop, {.address = "0.0.0.0"}, true, {}));
  CHECK(observation_server::listen(loop, {.address = "::1"}, false, {}).has_value() ==
        observation_server::listen(loop, {.address = "::1"}, true, {}).has_value());
}

TEST_CASE("a malformed address, or one in use, is refused with an error that names it") {
  const running_server server;
  boost::asio::io_context loop;
  CHECK_FALSE(observation_server::listen(loop, {.address = "localhost"}, false, {}));
  CHECK_FALSE(observation_server::listen(loop, {.path = "/tmp/socket"}, false, {}));
  const auto used =
      observation_server::listen(loop, {.address = "127.0.0.1", .port = server.port}, false, {});
  REQUIRE_FALSE(used);
  CHECK_THAT(used.error().message, Contains("127.0.0.1:" + std::to_string(server.port)));
}

TEST_CASE("a server that is closed with clients at work ends") {
  auto server = std::make_unique<running_server>();
  std::vector<std::unique_ptr<scraper>> clients;
  for (int at = 0; at < 10; ++at) {
    clients.push_back(std::make_unique<scraper>(*server));
    clients.back()->send(at % 2 == 0 ? scrape : "GET /met");
  }
  server.reset();
  for (const auto& each : clients) {
    each->rest();
  }
}

TEST_CASE("an exception ends the connection that it concerns, and the next one is served") {
  const running_server server{{}, []() -> std::string { throw std::bad_alloc{}; }};
  scraper unlucky{server};
  unlucky.send("GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(unlucky.rest().empty());
  scraper next{server};
  next.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK_THAT(next.rest(), Contains("figures"));
}
