// An exception ends the connection that it concerns, and nothing else.
#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/failing_allocations.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;
using midas::internal::test::failing_allocations;

namespace {

const std::string large_request =
    "POST /other HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    "50000\r\n\r\n" +
    std::string(50'000, 'x');

// Without an allocation.
void connect_and_leave(std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval time{.tv_sec = 0, .tv_usec = 20'000};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  char first = 0;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    static_cast<void>(::recv(socket, &first, 1, 0));
  }
  ::close(socket);
}

}  // namespace

TEST_CASE("a request for which there is no memory ends its connection, and the others continue") {
  auto configuration = on_loopback();
  configuration.workers = 1;
  proxy_fixture proxy{configuration};
  auto other = proxy.connect();
  REQUIRE(other.get(target_of("https://vault.azure.net"))->status == 200);
  auto large = proxy.connect();
  {
    const failing_allocations scarce{40'000};
    large.send(large_request);
    CHECK(large.receive_rest().empty());
    CHECK(failing_allocations::count() > 0);
  }
  CHECK(proxy.observer.rejections(rejection::internal_error) == 1);
  CHECK(eventually([&] { return proxy.server->connections() == 1; }));
  CHECK(other.get(target_of("https://vault.azure.net"))->status == 200);
  CHECK(proxy.connect().get("/")->status == 404);
  CHECK(proxy.server->drain(std::chrono::seconds{10}));
}

TEST_CASE("a worker without any memory serves again once there is some") {
  auto configuration = on_loopback();
  configuration.workers = 1;
  proxy_fixture proxy{configuration};
  auto before = proxy.connect();
  REQUIRE(before.get("/")->status == 404);
  const auto port = proxy.port();
  {
    // All that the workers need.
    const failing_allocations scarce{1};
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
    while (std::chrono::steady_clock::now() < end || failing_allocations::count() < 3) {
      connect_and_leave(port);
    }
  }
  CHECK(eventually([&] {
    auto after = proxy.connect();
    const auto reply = after.get(target_of("https://vault.azure.net"));
    return reply && reply->status == 200;
  }));
  CHECK(eventually([&] { return proxy.server->connections() <= 1; }));
}
