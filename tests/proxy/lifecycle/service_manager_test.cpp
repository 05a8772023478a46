#include "proxy/lifecycle/service_manager.hpp"

#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

constexpr pid_t self = 4711;

/// A datagram socket with an abstract name of its own: the service manager's end.
class manager_socket {
 public:
  manager_socket() : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    // With the family alone, the system chooses a free name.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    name_.assign(static_cast<const char*>(address.sun_path),
                 size - offsetof(sockaddr_un, sun_path));
    name_.front() = '@';
  }
  ~manager_socket() { ::close(descriptor_); }
  manager_socket(const manager_socket&) = delete;
  manager_socket& operator=(const manager_socket&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// What has arrived; empty if nothing has.
  [[nodiscard]] std::string received() const {
    std::array<char, 512> text{};
    const auto size = ::recv(descriptor_, text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? std::string{} : std::string{text.data(), static_cast<std::size_t>(size)};
  }

 private:
  int descriptor_;
  std::string name_{};
};

std::string failure_of(const std::vector<environment_variable>& environment) {
  const auto settings = service_manager_settings::read(environment, self);
  return settings ? std::string{} : settings.error().message;
}

}  // namespace

TEST_CASE("without a service manager there are no sockets, no watchdog and no notifications") {
  const auto settings = service_manager_settings::read({}, self);
  REQUIRE(settings);
  CHECK(settings->sockets.empty());
  CHECK_FALSE(settings->watchdog);
  CHECK(settings->notify_socket.empty());
}

TEST_CASE("inherited sockets have their names in order") {
  const std::vector<environment_variable> environment{
      {"LISTEN_PID", "4711"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "tokens::admin"}};
  const auto settings = service_manager_settings::read(environment, self);
  REQUIRE(settings);
  CHECK(settings->sockets == std::vector<inherited_socket>{{3, "tokens"}, {4, ""}, {5, "admin"}});
}

TEST_CASE("sockets without names are inherited as well") {
  const std::vector<environment_variable> environment{{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}};
  const auto settings = service_manager_settings::read(environment, self);
  REQUIRE(settings);
  CHECK(settings->sockets == std::vector<inherited_socket>{{3, ""}, {4, ""}});
}

TEST_CASE("sockets and watchdog of another process are not this one's") {
  const std::vector<environment_variable> environment{{"LISTEN_PID", "4712"},
                                                      {"LISTEN_FDS", "1"},
                                                      {"WATCHDOG_PID", "4712"},
                                                      {"WATCHDOG_USEC", "20000000"}};
  const auto settings = service_manager_settings::read(environment, self);
  REQUIRE(settings);
  CHECK(settings->sockets.empty());
  CHECK_FALSE(settings->watchdog);
}

TEST_CASE("sockets without a process are nobody's; a watchdog without one is everybody's") {
  const std::vector<environment_variable> environment{{"LISTEN_FDS", "1"},
                                                      {"WATCHDOG_USEC", "20000000"}};
  const auto settings = service_manager_settings::read(environment, self);
  REQUIRE(settings);
  CHECK(settings->sockets.empty());
  CHECK(settings->watchdog == 20s);
}

TEST_CASE("a watchdog period of zero is none") {
  const std::vector<environment_variable> environment{{"WATCHDOG_USEC", "0"}};
  const auto settings = service_manager_settings::read(environment, self);
  REQUIRE(settings);
  CHECK_FALSE(settings->watchdog);
}

TEST_CASE("a malformed variable of the service manager is named") {
  CHECK(failure_of({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "two"}}) ==
        "the environment variable LISTEN_FDS is not a number from 0 to 256");
  CHECK(failure_of({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "257"}}) ==
        "the environment variable LISTEN_FDS is not a number from 0 to 256");
  CHECK(failure_of({{"LISTEN_PID", "-1"}}).find("LISTEN_PID") != std::string::npos);
  CHECK(failure_of({{"WATCHDOG_PID", "4711x"}}).find("WATCHDOG_PID") != std::string::npos);
  CHECK(failure_of({{"WATCHDOG_USEC", "99999999999999999999"}}).find("WATCHDOG_USEC") !=
        std::string::npos);
}

TEST_CASE("a descriptor that is not a listening socket is refused by its name") {
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto adopted = adopt(std::vector<inherited_socket>{{file, "tokens"}});
  ::close(file);
  REQUIRE_FALSE(adopted);
  CHECK(adopted.error().message == "descriptor " + std::to_string(file) +
                                       " (tokens), which LISTEN_FDS passes on, is not a listening "
                                       "stream socket");
  const auto closed = adopt(std::vector<inherited_socket>{{file, ""}});
  REQUIRE_FALSE(closed);
  CHECK(closed.error().message.ends_with("is not open"));
}

TEST_CASE("an adopted socket is not inherited by other programs") {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(::listen(listener, 1) == 0);
  CHECK(adopt(std::vector<inherited_socket>{{listener, ""}}));
  CHECK((::fcntl(listener, F_GETFD) & FD_CLOEXEC) != 0);
  ::close(listener);
}

TEST_CASE("the service manager receives each state of the service") {
  const manager_socket socket;
  const service_manager manager{socket.name()};
  manager.ready("serving\n2 listeners");
  CHECK(socket.received() == "READY=1\nSTATUS=serving 2 listeners");
  manager.reloading();
  CHECK(socket.received().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  manager.stopping("draining");
  CHECK(socket.received() == "STOPPING=1\nSTATUS=draining");
  manager.watchdog();
  CHECK(socket.received() == "WATCHDOG=1");
}

TEST_CASE("notifications need no service manager, and none that receives them") {
  service_manager{""}.ready("serving");
  service_manager{"vsock:2:1234"}.ready("serving");
  service_manager{"/nonexistent/notify"}.ready("serving");
  service_manager{std::string(500, '/')}.ready("serving");
  // A manager that reads nothing fills its queue, and the proxy does not wait for it.
  const manager_socket socket;
  const service_manager manager{socket.name()};
  for (int i = 0; i < 10'000; ++i) {
    manager.watchdog();
  }
  CHECK(socket.received() == "WATCHDOG=1");
}
