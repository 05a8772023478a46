// A stranger who listens at the IPv6 address of localhost.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_registry.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace localhost_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Listens at [::1] alone. Connections are accepted by the system, and never answered.
class ipv6_stranger {
 public:
  ipv6_stranger() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    listens_ = socket_ >= 0 && ::bind(socket_, generic, size) == 0 && ::listen(socket_, 8) == 0 &&
               ::getsockname(socket_, generic, &size) == 0;
    port_ = ntohs(address.sin6_port);
  }
  ipv6_stranger(const ipv6_stranger&) = delete;
  ipv6_stranger& operator=(const ipv6_stranger&) = delete;
  ~ipv6_stranger() { ::close(socket_); }

  [[nodiscard]] bool listens() const { return listens_; }
  [[nodiscard]] std::string url() const {
    return "http://localhost:" + std::to_string(port_) + "/msi/token";
  }
  [[nodiscard]] bool was_connected_to() const {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
  }

 private:
  int socket_;
  bool listens_ = false;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("a proof for localhost does not go to a process that listens at its IPv6 address") {
  const ipv6_stranger stranger;
  if (!stranger.listens()) {
    WARN("skipped: this machine has no IPv6 loopback");
    return;
  }
  host_environment environment;
  environment.variables["IDENTITY_ENDPOINT"] = stranger.url();
  environment.variables["IDENTITY_HEADER"] = "proof";
  const auto protocol = make_protocol(identity_host::app_service, environment, {});
  REQUIRE(protocol);
  auto request = protocol->encode({.resource = "R"}, "");
  REQUIRE(request);
  curl_multi_loop loop;
  exchanges begun{loop};
  begun.begin(*request);
  CHECK(begun.outcome(0).error().code == errc::unreachable);
  CHECK_FALSE(stranger.was_connected_to());
  // The same request without the restriction shows that it matters.
  request->ipv4_only = false;
  request->total_timeout = std::chrono::milliseconds{300};
  begun.begin(*request);
  CHECK_FALSE(begun.outcome(1));
  CHECK(stranger.was_connected_to());
}

}  // namespace localhost_test
