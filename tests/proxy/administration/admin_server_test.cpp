#include "proxy/administration/admin_server.hpp"

#include "tests/proxy/access/loopback_sockets.hpp"
#include "tests/support/catch.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test::loopback;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct counting_proxy final : administration {
  std::vector<held_key> keys() override {
    // More than fits into the buffer of a socket.
    return std::vector<held_key>(10'000, {{{}, "https://vault.azure.net"}, {}, {}});
  }
  std::size_t flush(const key_selection&) override {
    if (lacks_memory) {
      throw std::bad_alloc{};
    }
    return 7;
  }
  configuration_result<std::vector<configuration_change>> reload() override { return {}; }
  void drain() override { ++drains; }
  std::atomic<int> drains = 0;
  std::atomic<bool> lacks_memory = false;
};

std::string path_of_test() { return "/tmp/midas-admin-" + std::to_string(::getpid()); }

std::string receive_all(const loopback_socket& from) {
  std::string result;
  std::array<char, 4096> part{};
  for (;;) {
    const auto size = ::recv(from.get(), part.data(), part.size(), 0);
    if (size <= 0) {
      return result;
    }
    result.append(part.data(), static_cast<std::size_t>(size));
  }
}

std::string ask(const std::string& path, const std::string& request) {
  const auto connection = connect_to(unix_path(path));
  REQUIRE(::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  return receive_all(connection);
}

std::string head(const std::string& line) { return line + " HTTP/1.1\r\nHost: midas\r\n\r\n"; }

}  // namespace

TEST_CASE("the administrator's socket answers one command after the other") {
  counting_proxy proxy;
  const admin_server server{path_of_test(), proxy};
  CHECK_THAT(ask(path_of_test(), head("POST /flush")), Contains("HTTP/1.1 200 OK\r\n") &&
                                                           Contains("Content-Length: 14\r\n") &&
                                                           Contains("\r\n\r\n{\"flushed\":7}\n"));
  CHECK_THAT(ask(path_of_test(), head("POST /drain")), Contains("202 Accepted"));
  CHECK(proxy.drains == 1);
  CHECK_THAT(ask(path_of_test(), head("GET /flush")), Contains("405") && Contains("Allow: POST"));
  const auto keys = ask(path_of_test(), head("GET /keys"));
  CHECK(keys.size() > 1'000'000);
  CHECK(keys.ends_with("}]}\n"));
}

TEST_CASE("the socket has mode 0600, and is removed at the end") {
  counting_proxy proxy;
  struct stat found {};
  {
    const admin_server server{path_of_test(), proxy};
    REQUIRE(::lstat(path_of_test().c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0600);
  }
  CHECK(::lstat(path_of_test().c_str(), &found) != 0);
}

TEST_CASE("text that is not HTTP is refused, and a client that leaves disturbs no other") {
  counting_proxy proxy;
  const admin_server server{path_of_test(), proxy};
  CHECK_THAT(ask(path_of_test(), "garbage\r\n\r\n"), Contains("400 Bad Request"));
  CHECK_THAT(
      ask(path_of_test(), "GET /keys HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
      Contains("400 Bad Request"));
  { const auto gone = connect_to(unix_path(path_of_test())); }
  CHECK_THAT(ask(path_of_test(), head("POST /reload")), Contains("200 OK"));
}

TEST_CASE("the end does not wait for a client that sends nothing") {
  counting_proxy proxy;
  std::optional<admin_server> server;
  server.emplace(path_of_test(), proxy);
  const auto silent = connect_to(unix_path(path_of_test()));
  std::this_thread::sleep_for(20ms);
  const auto start = std::chrono::steady_clock::now();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("a socket that another process serves, and a file, is left alone; a stale one is not") {
  counting_proxy proxy;
  struct stat found {};
  {
    const auto other = listen_at(unix_path(path_of_test()));
    CHECK_THROWS_AS(admin_server(path_of_test(), proxy), std::system_error);
    CHECK(::lstat(path_of_test().c_str(), &found) == 0);
  }
  const admin_server server{path_of_test(), proxy};
  CHECK_THAT(ask(path_of_test(), head("POST /flush")), Contains("200 OK"));
  CHECK_THROWS_WITH(admin_server("/tmp", proxy), Contains("/tmp") && Contains("admin_path"));
  CHECK_THROWS_AS(admin_server("relative", proxy), std::system_error);
  CHECK_THROWS_AS(admin_server("/nonexistent/admin", proxy), std::system_error);
}

TEST_CASE("an exception ends the administrator's connection, and the next one is served") {
  counting_proxy proxy;
  const admin_server server{path_of_test(), proxy};
  proxy.lacks_memory = true;
  CHECK(ask(path_of_test(), head("POST /flush")).empty());
  proxy.lacks_memory = false;
  CHECK_THAT(ask(path_of_test(), head("POST /flush")), Contains("\"flushed\""));
}
