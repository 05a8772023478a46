// Clients of other users, of other network namespaces, and a kernel that does not answer.
#include "proxy/access/peer.hpp"
#include "tests/proxy/access/loopback_sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <net/if.h>
#include <string>

using namespace midas::internal::proxy;
using namespace midas::internal::test;
using namespace midas::internal::test::loopback;

namespace {

constexpr uid_t other_user = 54'321;

client identified(const loopback_socket& socket) {
  client who;
  identify(socket.get(), who);
  return who;
}

// A process that does something and then waits to be killed.
class helper_process {
 public:
  explicit helper_process(const std::function<void()>& work) : process_(::fork()) {
    if (process_ == 0) {
      ::alarm(10);
      try {
        work();
        ::pause();
      } catch (...) {
      }
      ::_exit(1);
    }
  }
  helper_process(const helper_process&) = delete;
  helper_process& operator=(const helper_process&) = delete;
  ~helper_process() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_;
};

bool is_root() {
  if (::getuid() == 0) {
    return true;
  }
  WARN("skipped, because only root can act as another user");
  return false;
}

void become_other_user() { require(::setuid(other_user), "setuid"); }

bool begin_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) {
    return false;
  }
  const loopback_socket any{::socket(AF_INET, SOCK_DGRAM, 0)};
  ifreq loopback_device{};
  loopback_device.ifr_name[0] = 'l';
  loopback_device.ifr_name[1] = 'o';
  loopback_device.ifr_flags = IFF_UP;
  return ::ioctl(any.get(), SIOCSIFFLAGS, &loopback_device) == 0;
}

// This process sees no AF_NETLINK any more, as with RestrictAddressFamilies= of systemd.
bool forbid_netlink() {
  std::array<sock_filter, 6> code{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{.len = static_cast<unsigned short>(code.size()), .filter = code.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// An IPv4 address of this machine that is not a loopback address; empty without one.
std::string outer_address() {
  std::string result;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) {
    return result;
  }
  for (const auto* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
        (each->ifa_flags & (IFF_LOOPBACK | IFF_UP)) == IFF_UP) {
      std::array<char, INET_ADDRSTRLEN> text{};
      const auto* const in = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
      ::inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size());
      result = text.data();
    }
  }
  ::freeifaddrs(all);
  return result;
}

}  // namespace

TEST_CASE("another user's client has that user's uid, on TCP and on a Unix socket") {
  if (!is_root()) {
    return;
  }
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  const auto port = port_of(listener);
  const helper_process other{[&] {
    become_other_user();
    const auto held = connect_to(ipv4("127.0.0.1", port));
    ::pause();
  }};
  CHECK(identified(accept_from(listener)).uid == other_user);

  const auto path = "/tmp/midas-foreign-" + std::to_string(::getpid());
  const auto unix_listener = listen_at(unix_path(path));
  require(::chmod(path.c_str(), 0777), "chmod");
  const helper_process local{[&] {
    become_other_user();
    const auto held = connect_to(unix_path(path));
    ::pause();
  }};
  CHECK(identified(accept_from(unix_listener)).uid == other_user);
  ::unlink(path.c_str());
}

TEST_CASE("a process that changes its user after connect() counts as the user before") {
  if (!is_root()) {
    return;
  }
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  std::array<int, 2> changed{};
  require(::pipe(changed.data()), "pipe");
  const helper_process other{[&, port = port_of(listener)] {
    const auto held = connect_to(ipv4("127.0.0.1", port));
    become_other_user();
    require(::write(changed[1], "x", 1) == 1 ? 0 : -1, "write");
    ::pause();
  }};
  char done = 0;
  REQUIRE(::read(changed[0], &done, 1) == 1);
  CHECK(identified(accept_from(listener)).uid == 0U);
  ::close(changed[0]);
  ::close(changed[1]);
}

TEST_CASE("a socket that its creator passes to another user counts as the creator's") {
  if (!is_root()) {
    return;
  }
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  const auto passed = socket_of(ipv4("127.0.0.1", 0));
  const helper_process other{[&, port = port_of(listener)] {
    become_other_user();
    auto at = ipv4("127.0.0.1", port);
    require(::connect(passed.get(), at.get(), at.size), "connect");
    ::pause();
  }};
  CHECK(identified(accept_from(listener)).uid == 0U);
}

TEST_CASE("another user's listener at the port of a client that has gone is not the client") {
  if (!is_root()) {
    return;
  }
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  auto gone = connect_from(ipv4("127.0.0.1", 0), ipv4("127.0.0.1", port_of(listener)));
  const auto port = port_of(gone);
  const auto accepted = accept_from(listener);
  gone.close();
  const auto successor = listen_at(ipv4("0.0.0.0", port));
  CHECK_FALSE(identified(accepted).uid);
}

TEST_CASE("a connection of another network namespace has no uid, even if this one has its like") {
  // 0: as expected. 2: no rights to make a namespace.
  const auto result = [&] {
    const auto listener_here = listen_at(ipv4("127.0.0.1", 0));
    const auto port = port_of(listener_here);
    const auto here = connect_to(ipv4("127.0.0.1", port));
    const auto client_port = port_of(here);
    const int outside = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (outside < 0 || !begin_namespace()) {
      return 2;
    }
    const auto listener = listen_at(ipv4("127.0.0.1", port));
    const auto there = connect_from(ipv4("127.0.0.1", client_port), ipv4("127.0.0.1", port));
    const auto accepted = accept_from(listener);
    if (identified(accepted).uid != ::getuid() || ::setns(outside, CLONE_NEWNET) != 0) {
      return 3;
    }
    return identified(accepted).uid ? 1 : 0;
  };
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::_exit(result());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) {
    WARN("skipped, because this user may not make a network namespace");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("without AF_NETLINK, a TCP client has no uid, and nothing hangs") {
  const auto listener = listen_at(ipv4("127.0.0.1", 0));
  const auto connected = connect_to(ipv4("127.0.0.1", port_of(listener)));
  const auto accepted = accept_from(listener);
  REQUIRE(identified(accepted).uid);
  CHECK(in_forked_child([&accepted] {
          if (!forbid_netlink()) {
            return false;
          }
          const auto who = identified(accepted);
          return !who.uid && !who.address.empty();
        }) == 0);
}

TEST_CASE("a client at its own outer address has a uid, one at another address has none") {
  const auto outer = outer_address();
  if (outer.empty()) {
    WARN("skipped, because this machine has no address but loopback");
    return;
  }
  const auto listener = listen_at(ipv4("0.0.0.0", 0));
  const auto port = port_of(listener);
  const auto own = connect_to(ipv4(outer.c_str(), port));
  CHECK(identified(accept_from(listener)).uid == ::getuid());
  const auto crossed = connect_from(ipv4(outer.c_str(), 0), ipv4("127.0.0.1", port));
  const auto who = identified(accept_from(listener));
  CHECK_FALSE(who.uid);
  CHECK(who.address == outer + ":" + std::to_string(port_of(crossed)));
}
