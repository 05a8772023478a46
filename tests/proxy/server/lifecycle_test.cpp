// The beginning and the end of a proxy.
#include "messages/descriptor.hpp"
#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <system_error>
#include <thread>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;
using namespace std::chrono_literals;

namespace {

/// A directory that is removed with its content.
class scratch_directory {
 public:
  scratch_directory() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  ~scratch_directory() {
    ::unlink(socket().c_str());
    ::rmdir(path_.c_str());
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  [[nodiscard]] std::string socket() const { return path_ + "/s"; }

 private:
  std::string path_ = "/tmp/midas-proxy-XXXXXX";
};

bool lifecycle_exists(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

proxy_configuration at_path(const std::string& path) {
  auto result = on_loopback();
  result.listeners = {{.path = path}};
  return result;
}

#ifndef __SANITIZE_ADDRESS__
/// Leaves the process so many bytes more than it uses: enough for a few stacks of threads.
class address_space_limit {
 public:
  explicit address_space_limit(rlim_t more) {
    std::size_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> pages;
    REQUIRE(::getrlimit(RLIMIT_AS, &before_) == 0);
    const rlim_t used = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const rlimit limit{.rlim_cur = used + more, .rlim_max = before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_AS, &limit) == 0);
  }
  ~address_space_limit() { ::setrlimit(RLIMIT_AS, &before_); }
  address_space_limit(const address_space_limit&) = delete;
  address_space_limit& operator=(const address_space_limit&) = delete;

 private:
  rlimit before_{};
};
#endif

/// A socket that listens on a free loopback port.
int listening_descriptor() {
  const int result = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(result, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
  REQUIRE(::listen(result, 10) == 0);
  return result;
}

}  // namespace

TEST_CASE("a proxy on a Unix socket serves every user, and removes the socket at its end") {
  const scratch_directory directory;
  const auto path = directory.socket();
  {
    proxy_fixture proxy{at_path(path)};
    CHECK(proxy.server->endpoints().at(0).text == "unix:" + path);
    struct stat found {};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0666U);
    raw_client client{path};
    CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
    CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
  }
  CHECK_FALSE(lifecycle_exists(path));
}

TEST_CASE("a Unix socket that nobody serves any more is replaced, another file is not") {
  const scratch_directory directory;
  const auto path = directory.socket();
  {
    const auto address = path;
    proxy_fixture before{at_path(path)};
    // The file stays, as after a crash.
    REQUIRE(::link(path.c_str(), (path + "2").c_str()) == 0);
  }
  REQUIRE(::rename((path + "2").c_str(), path.c_str()) == 0);
  {
    proxy_fixture proxy{at_path(path)};
    CHECK(raw_client{path}.get("/")->status == 404);
    CHECK_THROWS_WITH((proxy_server{at_path(path), {}, proxy.tokens, nullptr}),
                      Catch::Matchers::Contains("another process serves there"));
    CHECK(raw_client{path}.get("/")->status == 404);
  }
  {
    const midas::internal::descriptor file{::creat(path.c_str(), 0600)};
    token_service tokens;
    CHECK_THROWS_WITH((proxy_server{at_path(path), {}, tokens, nullptr}),
                      Catch::Matchers::Contains("not a socket"));
    CHECK(lifecycle_exists(path));
  }
}

TEST_CASE("a listener that cannot be bound is named with a remedy, and the others serve") {
  proxy_fixture other;
  auto configuration = on_loopback();
  configuration.listeners = {{.address = "127.0.0.1", .port = other.port()},
                             {.address = "127.0.0.1"},
                             {.path = "/nonexistent/s"}};
  token_service tokens;
  proxy_server server{configuration, {}, tokens, nullptr};
  const auto& endpoints = server.endpoints();
  REQUIRE(endpoints.size() == 3);
  const auto taken = "http://127.0.0.1:" + std::to_string(other.port());
  CHECK_THAT(endpoints[0].problem, Catch::Matchers::Contains("cannot listen on " + taken));
  CHECK_THAT(endpoints[0].problem, Catch::Matchers::Contains("choose another port"));
  CHECK(endpoints[1].problem.empty());
  CHECK_THAT(endpoints[2].problem, Catch::Matchers::Contains("does not exist; create it first"));
  CHECK(raw_client{endpoints[1].where.port}.get("/")->status == 404);
  configuration.listeners.erase(configuration.listeners.begin() + 1);
  CHECK_THROWS_WITH(
      (proxy_server{configuration, {}, tokens, nullptr}),
      Catch::Matchers::Contains(taken) && Catch::Matchers::Contains("/nonexistent/s"));
}

TEST_CASE("a listener that other machines can reach needs permission") {
  auto configuration = on_loopback();
  configuration.listeners = {{.address = GENERATE("0.0.0.0", "::", "192.0.2.1")}};
  token_service tokens;
  CHECK_THROWS_AS((proxy_server{configuration, {}, tokens, nullptr}), std::invalid_argument);
}

TEST_CASE("a proxy without a listener, or with a malformed one, does not begin") {
  proxy_configuration configuration;
  token_service tokens;
  CHECK_THROWS_WITH((proxy_server{configuration, {}, tokens, nullptr}),
                    Catch::Matchers::Contains("--listen"));
  configuration.listeners = {{.address = "localhost"}};
  CHECK_THROWS_AS((proxy_server{configuration, {}, tokens, nullptr}), std::invalid_argument);
  configuration.listeners = {{.path = std::string(200, 'x')}};
  CHECK_THROWS_AS((proxy_server{configuration, {}, tokens, nullptr}), std::invalid_argument);
}

TEST_CASE("a socket that the service manager passes is served, and stays open for the next") {
  const int passed = listening_descriptor();
  const midas::internal::descriptor kept{::dup(passed)};
  token_service tokens;
  proxy_configuration configuration;
  {
    proxy_server server{configuration, {passed}, tokens, nullptr};
    REQUIRE(server.endpoints().size() == 1);
    CHECK(server.endpoints()[0].was_passed);
    CHECK(raw_client{server.endpoints()[0].where.port}.get("/")->status == 404);
  }
  proxy_server next{configuration, {::dup(kept.number())}, tokens, nullptr};
  CHECK(raw_client{next.endpoints()[0].where.port}.get("/")->status == 404);
}

TEST_CASE("a descriptor that is not a listening socket is refused") {
  token_service tokens;
  CHECK_THROWS_AS(
      (proxy_server{on_loopback(), {::socket(AF_INET, SOCK_STREAM, 0)}, tokens, nullptr}),
      std::invalid_argument);
  CHECK_THROWS_AS((proxy_server{on_loopback(), {::dup(2)}, tokens, nullptr}),
                  std::invalid_argument);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a proxy whose threads cannot all be started fails, and ends those that were") {
  auto configuration = on_loopback();
  configuration.workers = 64;
  token_service tokens;
  const address_space_limit limit{100U << 20U};
  CHECK_THROWS_AS((proxy_server{configuration, {}, tokens, nullptr}), std::system_error);
}
#endif

TEST_CASE("a drain answers the requests in progress and closes what is idle") {
  proxy_fixture proxy{on_loopback(), {.latency = 500ms}};
  auto waiting = proxy.connect();
  auto idle = proxy.connect();
  auto partial = proxy.connect();
  auto fresh = proxy.connect();
  REQUIRE(idle.get("/")->status == 404);
  waiting.send(get_request(target_of("https://vault.azure.net")));
  const auto request = get_request(target_of("https://other.example"));
  partial.send(std::string_view{request}.substr(0, 20));
  REQUIRE(eventually([&] { return proxy.server->waiting() == 1; }));
  auto drained = std::async(std::launch::async, [&] { return proxy.server->drain(10s); });
  CHECK(idle.receive_rest().empty());
  partial.send(std::string_view{request}.substr(20));
  fresh.send(get_request("/"));
  const auto reply = waiting.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK(reply->fields.at("connection") == "close");
  CHECK(partial.receive()->status == 200);
  CHECK(fresh.receive()->status == 404);
  CHECK_THROWS(proxy.connect());
  for (auto* each : {&waiting, &idle, &partial, &fresh}) {
    CHECK(each->receive_rest().empty());
    each->send_end();
  }
  CHECK(drained.get());
  CHECK(proxy.server->connections() == 0);
  CHECK(proxy.observer.open() == 0);
}

TEST_CASE("a drain that runs out of time reports it, and refuses waiting requests") {
  proxy_fixture proxy{on_loopback(), {.latency = 5s}};
  auto waiting = proxy.connect();
  waiting.send(get_request(target_of("https://vault.azure.net")));
  REQUIRE(eventually([&] { return proxy.server->waiting() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(proxy.server->drain(200ms));
  CHECK(std::chrono::steady_clock::now() - begin < 4s);
  CHECK(proxy.server->waiting() == 0);
  CHECK_FALSE(proxy.server->drain(200ms));
  const auto reply = waiting.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 503);
  CHECK(reply->fields.at("retry-after") == "1");
  CHECK(reply->fields.at("connection") == "close");
  const auto requests = proxy.observer.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].reason == "shutting_down");
}

TEST_CASE("a drain without any time succeeds if there is no client") {
  proxy_fixture proxy;
  CHECK(proxy.server->drain(0ms));
}

TEST_CASE("a stop while requests wait and arrive ends everything, from any thread, repeatedly") {
  proxy_fixture proxy{on_loopback(), {.latency = 50ms}};
  std::atomic<bool> end{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      for (int k = 0; !end; ++k) {
        try {
          auto client = proxy.connect();
          client.get(target_of("https://r.example/" + std::to_string(i) + std::to_string(k)));
        } catch (const std::exception&) {
          return;
        }
      }
    });
  }
  std::this_thread::sleep_for(100ms);
  std::thread first([&] { proxy.server->stop(); });
  proxy.server->stop();
  first.join();
  end = true;
  for (auto& each : clients) {
    each.join();
  }
  CHECK(proxy.server->waiting() == 0);
  CHECK(proxy.observer.open() == 0);
  proxy.server->reload(on_loopback());
}
